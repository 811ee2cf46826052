package loop_test

import (
	"os"
	"os/signal"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// noLeak fails the test if there are more goroutines at its end than there are
// now. Those that are about to end are given the processor for as long as it takes.
func noLeak(t *testing.T) {
	t.Helper()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt) // os/signal keeps a goroutine from its first use on
	signal.Stop(signals)
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		after := 0
		for start := time.Now(); time.Since(start) < time.Minute; {
			if after = runtime.NumGoroutine(); after <= before {
				return
			}
			runtime.Gosched()
			if runtime.GOARCH == "wasm" {
				<-time.After(time.Millisecond) // JavaScript's turn, before which a goroutine of Go's runtime does not end
			}
		}
		stacks := make([]byte, 1<<16)
		require.LessOrEqual(t, after, before, "goroutines left:\n%s", stacks[:runtime.Stack(stacks, true)])
	})
}
