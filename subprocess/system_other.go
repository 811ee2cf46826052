//go:build !windows

package subprocess

import (
	"errors"
	"os/exec"
	"syscall"
)

const terminate = syscall.SIGTERM

func shell(line string) *exec.Cmd { return exec.Command("/bin/sh", "-c", line) }

// isReleased reports whether an error is that the system has no process any more.
func isReleased(error) bool { return false }

// isBroken reports whether an error is that nobody reads a pipe.
func isBroken(err error) bool { return errors.Is(err, syscall.EPIPE) }
