package coro

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/internal/waits"
	"github.com/ouro-loop/ouro/timers"
)

// AsCompleted runs aws side by side, a plain function f as Bind0(f), within a time limit of
// d (Forever for none), and yields as many Funcs: the n-th, awaited, gives the outcome of
// the n-th to be done, or a *future.TimeoutError for each that was not done in time. There
// are as many awaits as Funcs: after that the error is ErrAlreadyAwaited. None is canceled
// for being late. The tasks are created by the call itself, not by the ranging.
//
//	for next := range coro.AsCompleted(co, coro.Forever, a, b, c) {
//		v, err := next.Await(co)
//		...
//	}
//
// Semantics: asyncio.as_completed as a plain iterator, CPython 3.15.
func AsCompleted[T any](co *Co, d time.Duration, aws ...Awaitable[T]) iter.Seq[Func[T]] {
	c := newCompletion(co, d, aws, true)
	next := func(co *Co) (T, error) { // whichever is awaited first gets what is done first
		var zero T
		if c.awaited == c.yielded {
			return zero, ErrAlreadyAwaited
		}
		c.awaited++
		f, err := c.next(co)
		if err != nil {
			return zero, err
		}
		return f.Result()
	}
	return func(yield func(Func[T]) bool) {
		for c.take() && yield(next) {
		}
	}
}

// AsCompletedFutures is AsCompleted with the futures themselves: it yields those
// of aws that are futures or tasks, so that they can be compared, and the tasks
// created for the others, in the order in which they are done. It suspends the
// coroutine in between. The error, which ends the ranging, is a
// *future.TimeoutError or a cancellation.
//
// Semantics: asyncio.as_completed as an asynchronous iterator, CPython 3.15.
func AsCompletedFutures[T any](co *Co, d time.Duration, aws ...Awaitable[T]) iter.Seq2[future.Of[T], error] {
	c := newCompletion(co, d, aws, false)
	return func(yield func(future.Of[T], error) bool) {
		now := Ranging(co)
		for c.take() {
			f, err := c.next(now())
			if !yield(f, err) || err != nil {
				return
			}
		}
	}
}

// A completion is one call of AsCompleted: the futures that are not done, and the
// queue of those that are and were not given out.
type completion[T any] struct {
	loop    eventLoop
	timer   timers.Timer
	watches []completionWatch[T]
	waiting int // watches that are attached
	left    int // how many are still to be yielded,
	yielded int // how many were,
	awaited int // and how often any of those was awaited
	limit   time.Duration
	late    string // what was not done in time
	expired bool
	done    []future.Of[T] // nil stands for one that was out of time
	getters Waiters        // coroutines in next
}

type completionWatch[T any] struct {
	link future.Link
	c    *completion[T]
	f    future.Of[T]
}

// newCompletion allocates its tasks side by side if none of them is given out.
func newCompletion[T any](co *Co, d time.Duration, aws []Awaitable[T], together bool) *completion[T] {
	co.mustBeGiven()
	co.mustRun()
	m := co.machine()
	c := &completion[T]{loop: m.loop, limit: d}
	all := make([]future.Of[T], len(aws))
	given := futuresAmong(co, aws, all)
	if co.sched().Chooser != nil {
		aws = inChosenOrder(co, aws, all)
		all = make([]future.Of[T], len(aws))
		given = futuresAmong(co, aws, all)
	}
	tasks := roomFor[Task[T]](len(aws) - given)
	for i, aw := range aws {
		if all[i] == nil {
			var t *Task[T]
			if together {
				t = tasks.next()
			} else {
				t = new(Task[T])
			}
			all[i] = createTask(co, funcOf(aw), &taskOptions{}, t)
		}
	}
	unique := withoutRepetitions(co, all)
	if co.sched().Chooser != nil && slices.ContainsFunc(unique, future.Of[T].Done) {
		unique = slices.Clone(unique) // else the order of their callbacks makes no difference
		sched.Walk(co.sched(), unique)
	}
	c.done = make([]future.Of[T], 0, len(unique))
	c.watches = make([]completionWatch[T], len(unique))
	for i, f := range unique {
		w := &c.watches[i]
		w.c, w.f = c, f
		f.Core().Attach(w.link.Init(w))
	}
	c.waiting = len(c.watches)
	c.left = len(c.watches)
	if c.waiting > 0 && d != Forever {
		c.timer.Run = c
		c.loop.AddTimer(&c.timer, timers.Deadline(m.loop.Time(), d))
	}
	return c
}

// inChosenOrder is the set of aws, in the order in which it is walked. Its futures are given.
func inChosenOrder[T any](co *Co, aws []Awaitable[T], futures []future.Of[T]) []Awaitable[T] {
	var set []Awaitable[T]
	seen := make(map[*future.Core]bool)
	for i, aw := range aws {
		if f := futures[i]; f == nil {
			set = append(set, aw)
		} else if !seen[f.Core()] {
			seen[f.Core()] = true
			set = append(set, aw)
		}
	}
	sched.Walk(co.sched(), set)
	return set
}

// take reports whether there is one more to yield, and counts it.
func (c *completion[T]) take() bool {
	if c.left == 0 {
		return false
	}
	c.left--
	c.yielded++
	return true
}

// Run is called when a future is done.
func (w *completionWatch[T]) Run() {
	c := w.c
	if c.expired {
		return
	}
	c.waiting--
	c.put(w.f)
	if c.waiting == 0 {
		c.loop.RemoveTimer(&c.timer)
	}
}

// Run is called when the time is over.
func (c *completion[T]) Run() {
	if c.waiting == 0 {
		return
	}
	c.expired, c.late = true, c.Describe()
	for ; c.waiting > 0; c.waiting-- {
		c.put(nil)
	}
	for i := range c.watches {
		c.watches[i].link.Detach()
	}
}

func (c *completion[T]) put(f future.Of[T]) {
	c.done = append(c.done, f)
	c.getters.Wake(1)
}

// next waits for the next future to be done, as a get from a queue does: the
// coroutines of a plain iteration may wait side by side.
func (c *completion[T]) next(co *Co) (future.Of[T], error) {
	for len(c.done) == 0 {
		woken, err := c.getters.Wait(co, c)
		if err != nil {
			if woken && len(c.done) > 0 {
				c.getters.Wake(1) // what came is for another
			}
			return nil, err
		}
	}
	f := c.done[0]
	c.done = c.done[1:]
	if f == nil {
		return nil, &future.TimeoutError{After: max(0, c.limit), WaitingFor: c.late}
	}
	return f, nil
}

// Describe says what a coroutine in next waits for.
func (c *completion[T]) Describe() string {
	return fmt.Sprintf("the next of AsCompleted (%d of %d not done)", c.waiting, len(c.watches))
}

func (c *completion[T]) Wait() waits.Info {
	return waits.Info{Kind: "as completed", Text: c.Describe(), Until: c.timer.When(), Line: &c.getters}
}

func (c *completion[T]) Behind(i int) (*future.Core, bool) {
	if i >= len(c.watches) {
		return nil, false
	}
	return c.watches[i].f.Core(), true
}
