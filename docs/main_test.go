package docs_test

import (
	"os"
	"os/signal"
	"testing"
)

// TestMain has interrupts handled by Run even if they are ignored, as in a shell's
// background jobs: os/signal forgets that once it has been asked for them.
func TestMain(m *testing.M) {
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, os.Interrupt)
	signal.Stop(caught)
	os.Exit(m.Run())
}
