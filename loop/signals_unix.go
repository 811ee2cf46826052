//go:build unix

package loop

import (
	"os"
	"syscall"
)

// hasSignals reports whether the platform has signals.
const hasSignals = true

// isSignal reports whether there is such a signal. What is none, package os/signal would wait for without a
// word.
func isSignal(sig os.Signal) bool {
	n, ok := sig.(syscall.Signal)
	return ok && n > 0 && n <= lastSignal
}

// lastSignal is the greatest number that a signal has on any of these systems.
const lastSignal = 64

func uncatchable(sig os.Signal) bool { return sig == syscall.SIGKILL || sig == syscall.SIGSTOP }
