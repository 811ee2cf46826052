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

	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/cmd/conform/internal/replay"
	"github.com/ouro-loop/ouro/cmd/conform/internal/traces"
	"github.com/ouro-loop/ouro/internal/sched"
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
	err := newRoot(replay.RunHosted).ExecuteContext(ctx)
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

// library runs a program on this library.
type library func(p *program.Program, maxHosted int) traces.Trace

// newRoot returns the command. replay is the library's side, see [replay.RunHosted].
func newRoot(replay library) *cobra.Command {
	var host int
	run := func(p *program.Program) traces.Trace { return replay(p, host) }
	root := &cobra.Command{
		Use:           "conform",
		Short:         "Compare this library with CPython's asyncio on random programs",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.PersistentFlags().IntVar(&host, "host", sched.DefaultMaxHosted,
		"run the entries of an iteration on the stack of a suspending task if they are no more than this; changes no trace")
	root.AddCommand(
		newGenerate(),
		newReplay(run),
		newFuzz(run),
		newExplore(run, &host),
		newOracle(),
		newRecord(),
		newShow(),
		newTests(),
	)
	return root
}
