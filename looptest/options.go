package looptest

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/loop"
)

// Option is an option of Run, Explore and the others. A flag of the same name, as
// -looptest.runs, and its environment variable, as LOOPTEST_RUNS, come before it.
type Option func(*options)

type options struct {
	runs    int
	within  time.Duration
	seed    uint64
	random  bool // nothing but, after the usual one
	slow    bool
	hostile bool
	spin    bool
	bubble  bool
	loop    []loop.Option
	left    func(loop.Leak) bool
	jobs    jobOptions
	result  *Result
}

// Runs is how many schedules are tried at most, 10,000 if it is not given.
func Runs(n int) Option {
	if n <= 0 {
		panic(fmt.Sprintf("looptest: Runs of %d; at least one it must be", n))
	}
	return func(o *options) { o.runs = n }
}

// Within is for how long schedules are tried, one second if it is not given. One that has begun
// is run to its end.
func Within(d time.Duration) Option {
	if d <= 0 {
		panic(fmt.Sprintf("looptest: Within of %v; at least some time it takes", d))
	}
	return func(o *options) { o.within = d }
}

// Seed is where random schedules, and what [T.Rand] gives, begin: 1 if it is not given, so that a
// test does the same each time.
func Seed(n uint64) Option { return func(o *options) { o.seed = n } }

// SlowSteps says whether time may pass while something is ready, as it does if this is not given:
// steps take time, and a timer may be due before what was ready has run. Without it they take
// none, as on a virtual clock, and timers with one deadline are never apart; there are fewer
// schedules then, and bugs that are not found.
func SlowSteps(slow bool) Option { return func(o *options) { o.slow = slow } }

// Loop gives options to the loop of each run, behind those that the package gives. The clock stays
// virtual, whatever they say.
func Loop(opts ...loop.Option) Option {
	return func(o *options) { o.loop = append(o.loop, opts...) }
}

// Result is what an exploration has come to, for a program that looks at it, see [Report].
type Result struct {
	Runs       int    // schedules that were tried, without those that made a failure shorter
	All        bool   // these were all that there are
	Departures int    // if not, all with up to so many departures from the usual schedule were among them, -1 for not even that
	Schedule   string // that has failed, "" for none
	Failure    string // what was said of it
	Hash       uint64 // of what happened in it, see trace.Trace.Hash
}

// Report has the result written to r when the exploration ends.
func Report(r *Result) Option {
	if r == nil {
		panic("looptest: Report to a nil Result; leave the option out")
	}
	return func(o *options) { o.result = r }
}

func newOptions(opts []Option) options {
	o := options{runs: 10_000, within: time.Second, seed: 1, slow: true, jobs: usualJobs}
	for _, opt := range opts {
		if opt == nil {
			panic("looptest: a nil Option; leave it out")
		}
		opt(&o)
	}
	o.setFlags()
	return o
}
