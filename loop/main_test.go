package loop_test

import (
	"os"
	"os/signal"
	"runtime"
	"testing"
	"time"
)

// keepsIgnored is the environment variable that makes TestMain leave interrupts alone.
const keepsIgnored = "OURO_TEST_IGNORED"

// TestMain has interrupts handled by Run even if they are ignored, as in a shell's
// background jobs: os/signal forgets that once it has been asked for them.
func TestMain(m *testing.M) {
	if os.Getenv(keepsIgnored) == "" {
		caught := make(chan os.Signal, 1)
		signal.Notify(caught, os.Interrupt)
		signal.Stop(caught)
	}
	if runtime.GOARCH == "wasm" {
		<-time.After(time.Millisecond) // Go's runtime keeps a goroutine from its first wait on, which noLeak is not to find
	}
	os.Exit(m.Run())
}
