//go:build unix

package loop

import (
	"os"
	"syscall"
)

// hasSignals reports whether the platform has signals.
const hasSignals = true

func uncatchable(sig os.Signal) bool { return sig == syscall.SIGKILL || sig == syscall.SIGSTOP }
