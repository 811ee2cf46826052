//go:build !unix && !wasm

package loop

import "os"

// hasSignals reports whether the platform has signals.
const hasSignals = true

func isSignal(os.Signal) bool { return true }

func uncatchable(sig os.Signal) bool { return sig == os.Kill }
