package coro

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/waits"
	"github.com/ouro-loop/ouro/timers"
)

// When says what [Wait] waits for.
type When int

const (
	AllCompleted   When = iota // until every future is done
	FirstCompleted             // until any future is done
	FirstException             // until any has an error (a cancellation is none), or all are done
)

// WaitOption is an option of Wait.
type WaitOption func(*waitOptions)

type waitOptions struct {
	when    When
	timeout time.Duration
}

// ReturnWhen says what to wait for; the default is AllCompleted.
func ReturnWhen(w When) WaitOption { return func(o *waitOptions) { o.when = w } }

// TimeLimit ends the wait after d at the latest.
func TimeLimit(d time.Duration) WaitOption { return func(o *waitOptions) { o.timeout = d } }

// ErrNothingToWaitFor is returned by a Wait for no futures at all.
var ErrNothingToWaitFor = errors.New("coro: Wait needs at least one future")

// Wait waits for futures or tasks, and returns those that are done and those that
// are not, each in the order of fs without repetitions. It neither cancels any of
// them nor returns their errors; running out of time is not an error either. The
// error is a cancellation of the caller, ErrNothingToWaitFor, or one that wraps
// ErrOtherLoop if any of fs belongs to another loop.
//
// Semantics: asyncio.wait, CPython 3.15.
//
// # Differences from asyncio
//
// Slices in the order of the arguments instead of sets.
func Wait[F future.Any](co *Co, fs []F, opts ...WaitOption) (done, pending []F, err error) {
	co.mustBeGiven()
	co.mustRun()
	if len(fs) == 0 {
		return nil, nil, ErrNothingToWaitFor
	}
	o := waitOptions{timeout: Forever}
	for _, opt := range opts {
		if opt == nil {
			panic("coro: a nil WaitOption; leave it out")
		}
		opt(&o)
	}
	if o.when < AllCompleted || o.when > FirstException {
		panic(fmt.Sprintf("coro: ReturnWhen(%d); it is AllCompleted, FirstCompleted or FirstException", o.when))
	}
	for _, f := range fs {
		mustBeFuture(f)
		if err := checkLoop(co, f); err != nil {
			return nil, nil, err
		}
	}
	unique := withoutRepetitions(co, slices.Clone(fs)) // fs is the caller's to change
	if err := wait(co, len(unique), func(i int) *future.Core { return unique[i].Core() }, o); err != nil {
		return nil, nil, err
	}
	if !slices.ContainsFunc(unique, isPending) {
		return unique, nil, nil
	}
	for _, f := range unique {
		if f.Done() {
			done = append(done, f)
		} else {
			pending = append(pending, f)
		}
	}
	return done, pending, nil
}

func isPending[F future.Any](f F) bool { return !f.Done() }

// withoutRepetitions takes out of fs what is there a second time.
func withoutRepetitions[F future.Any](s Spawner, fs []F) []F {
	if !anyTwice(s, len(fs), func(i int) *future.Core { return fs[i].Core() }) {
		return fs
	}
	seen := make(map[*future.Core]bool, len(fs))
	return slices.DeleteFunc(fs, func(f F) bool {
		again := seen[f.Core()]
		seen[f.Core()] = true
		return again
	})
}

// anyTwice reports whether there is a future of the loop more than once among n of them.
// core gives the i-th, or nil.
func anyTwice(on future.OnLoop, n int, core func(i int) *future.Core) bool {
	loop := on.Scheduler()
	twice, i := false, 0
	for ; i < n && !twice; i++ {
		if c := core(i); c != nil && c.Scheduler() == loop {
			twice = c.Seen
			c.Seen = true
		}
	}
	for i--; i >= 0; i-- {
		if c := core(i); c != nil && c.Scheduler() == loop {
			c.Seen = false
		}
	}
	return twice
}

// A waiting is one call of Wait.
type waiting struct {
	over    future.Core
	loop    eventLoop
	timer   timers.Timer
	when    When
	pending int
	watches []waitWatch
}

// A waitWatch waits for one of the futures.
type waitWatch struct {
	link future.Link
	w    *waiting
	core *future.Core
}

// wait waits for n futures, of which core gives the i-th.
func wait(co *Co, n int, core func(i int) *future.Core, o waitOptions) error {
	m := co.machine()
	w := &waiting{loop: m.loop, when: o.when, pending: n}
	w.over.Init(co, w)
	if o.timeout != Forever {
		w.timer.Run = w
		w.loop.AddTimer(&w.timer, timers.Deadline(m.loop.Time(), o.timeout))
	}
	watches := make([]waitWatch, n)
	w.watches = watches
	for i := range watches {
		watch := &watches[i]
		watch.w, watch.core = w, core(i)
		watch.core.Attach(watch.link.Init(watch))
	}
	err := co.Suspend(&w.over)
	w.loop.RemoveTimer(&w.timer)
	for i := range watches {
		watches[i].link.Detach()
	}
	return err
}

// Run is called when the time is over.
func (w *waiting) Run() { w.over.Finish() }

// Run is called when the future is done.
func (watch *waitWatch) Run() {
	w := watch.w
	w.pending--
	if w.pending > 0 && w.when != FirstCompleted {
		if w.when != FirstException || watch.core.Canceled() || watch.core.Err() == nil {
			return
		}
	}
	w.loop.RemoveTimer(&w.timer)
	w.over.Finish()
}

func (w *waiting) Describe() string {
	return fmt.Sprintf("wait for %d (%d done)", len(w.watches), len(w.watches)-w.pending)
}

func (w *waiting) Wait() waits.Info {
	return waits.Info{Kind: "wait", Text: w.Describe(), Until: w.timer.When()}
}

func (w *waiting) Behind(i int) (*future.Core, bool) {
	if i >= len(w.watches) {
		return nil, false
	}
	return w.watches[i].core, true
}
