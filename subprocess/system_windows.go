package subprocess

import (
	"cmp"
	"errors"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
)

var terminate = os.Kill

// shell gives the line to the shell as it is: its quotes are not those that os/exec writes.
func shell(line string) *exec.Cmd {
	name := cmp.Or(os.Getenv("COMSPEC"), "cmd.exe")
	cmd := exec.Command(name)
	cmd.SysProcAttr = &syscall.SysProcAttr{CmdLine: name + ` /c "` + line + `"`}
	return cmd
}

// isReleased reports whether an error is that the system has no process any more.
func isReleased(err error) bool { return errors.Is(err, syscall.EINVAL) }

// isBroken reports whether an error is that nobody reads a pipe.
func isBroken(err error) bool {
	return errors.Is(err, windows.ERROR_BROKEN_PIPE) || errors.Is(err, windows.ERROR_NO_DATA)
}
