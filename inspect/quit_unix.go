//go:build unix

package inspect

import (
	"os"
	"syscall"
)

// quit is the signal of OnQuit.
var quit os.Signal = syscall.SIGQUIT
