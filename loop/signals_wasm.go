package loop

import "os"

// hasSignals reports whether the platform has signals. Without them os/signal must not
// even be asked: signal.Ignored panics.
const hasSignals = false

func isSignal(os.Signal) bool { return false }

func uncatchable(os.Signal) bool { return true }
