package looptest

import (
	"testing"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/looptest/internal/schedule"
	"github.com/ouro-loop/ouro/looptest/internal/search"
)

// Main is what is tested: the main task of a loop. It is called for each run, and makes
// everything that it uses. An error that it returns fails the run.
type Main func(t *T, co *coro.Co) error

// Run runs main once, by the usual schedule: what the loop does where nobody chooses.
func Run(tb testing.TB, main Main, opts ...Option) {
	tb.Helper()
	x := newExplorer(tb, main, opts)
	defer x.end()
	if x.replays() {
		return
	}
	x.pass(x.once(search.NewReplay(schedule.Schedule{})))
}

// Explore runs main by one schedule after another, until one fails, all were tried, or there were
// enough, see [Runs] and [Within]. What it says of those that passed is in the log of the test:
// that these were all, or all with so many departures from the usual schedule.
//
// The same schedules are tried each time, but for those that a limit of time cuts off.
func Explore(tb testing.TB, main Main, opts ...Option) {
	tb.Helper()
	x := newExplorer(tb, main, opts)
	defer x.end()
	if x.replays() {
		return
	}
	x.explore()
}
