// Conform shows that this library behaves as asyncio does: it runs the same small random programs on CPython's own
// asyncio and on this library, and compares the traces that they leave, entry by entry.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"

	"github.com/spf13/cobra"

	"github.com/ouro-loop/ouro/cmd/conform/internal/fuzz"
	"github.com/ouro-loop/ouro/cmd/conform/internal/replay"
)

// The statuses that the command exits with.
const (
	exitDiffers = 1 // CPython and the library do not agree
	exitFailed  = 2 // the command could not do what it was asked to, or not all of it
)

// errDiffers says that the sides do not agree. What there is to say about it has been said.
var errDiffers = errors.New("CPython and the library do not agree")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := newRoot(replay.Run).ExecuteContext(ctx)
	switch {
	case err == nil:
		return
	case errors.Is(err, errDiffers):
		stop()
		os.Exit(exitDiffers)
	}
	fmt.Fprintln(os.Stderr, "conform:", err)
	stop()
	os.Exit(exitFailed)
}

// newRoot returns the command. run is the library's side.
func newRoot(run fuzz.Replay) *cobra.Command {
	root := &cobra.Command{
		Use:           "conform",
		Short:         "Compare this library with CPython's asyncio on random programs",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(
		newGenerate(),
		newReplay(run),
		newFuzz(run),
		newOracle(),
		newRecord(),
		newShow(),
		newTests(),
	)
	return root
}
