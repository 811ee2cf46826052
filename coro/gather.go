package coro

import (
	"fmt"

	"github.com/ouro-loop/ouro/future"
)

// Gather awaits all of aws side by side. Those that are not futures become tasks,
// in order. The result is theirs, in the order of the arguments; the same future
// given twice is waited for once and stands at both places.
//
// The first error becomes the future's error at once, and the others go on: Gather
// does not cancel them. A child that ends canceled counts as one with a
// CanceledError, and the future is not canceled then, it has that error.
// Canceling the future cancels all children, and it ends with a CanceledError
// once they have ended.
//
// Gather of nothing is done already. The Spawner tells on which loop, or in which
// group, the tasks are created. See [Into] for results of different types.
//
// Semantics: asyncio.gather, CPython 3.14.
func Gather[T any](s Spawner, aws ...Awaitable[T]) *future.Future[[]T] {
	return gather(s, aws, false, func(f future.Of[T]) T {
		v, _ := f.Result()
		return v
	})
}

// Settled is how one of the arguments of [GatherSettled] ended.
type Settled[T any] struct {
	Value T
	Err   error
}

// Result is the value and the error as a future gives them.
func (s Settled[T]) Result() (T, error) { return s.Value, s.Err }

// String shows the error, or the value if there is none.
func (s Settled[T]) String() string {
	if s.Err != nil {
		return s.Err.Error()
	}
	return fmt.Sprint(s.Value)
}

// GatherSettled is Gather with errors as values: every child is waited for, and
// the future has no error of theirs. Canceling it is as with Gather.
//
// Semantics: asyncio.gather(..., return_exceptions=True), CPython 3.14.
func GatherSettled[T any](s Spawner, aws ...Awaitable[T]) *future.Future[[]Settled[T]] {
	return gather(s, aws, true, func(f future.Of[T]) Settled[T] {
		if err := settledError(f.Core()); err != nil {
			return Settled[T]{Err: err}
		}
		v, _ := f.Result()
		return Settled[T]{Value: v}
	})
}

// GatherErrors is GatherSettled of futures and tasks whose results do not matter: its
// result is their errors, nil where there was none. Where their types differ, name
// that: GatherErrors[future.Any](co, a, b).
func GatherErrors[F future.Any](s Spawner, fs ...F) *future.Future[[]error] {
	g := &gathering{settle: true}
	outer := new(future.Future[[]error])
	g.init(s, outer.Core(), len(fs))
	for _, f := range fs {
		g.watch(f.Core(), true)
	}
	g.resolve = func() {
		results := make([]error, len(g.children))
		for i, c := range g.children {
			results[i] = settledError(c)
		}
		future.Resolve(outer, results)
	}
	g.begin()
	return outer
}

// settledError is the error of a child as a value. The message of a cancellation
// is "" there where there was none, as asyncio has it.
func settledError(c *future.Core) error {
	if !c.Canceled() {
		return c.Err()
	}
	msg := ""
	if m := c.CancelMessage(); m != nil {
		msg = *m
	}
	return future.NewCanceledError(msg)
}

// gather is Gather and GatherSettled: result makes what stands for a child that is
// done. The machinery itself, below, does not depend on types.
func gather[T, R any](s Spawner, aws []Awaitable[T], settle bool, result func(future.Of[T]) R) *future.Future[[]R] {
	g := &gathering{settle: settle}
	outer := new(future.Future[[]R])
	g.init(s, outer.Core(), len(aws))
	children := make([]future.Of[T], len(aws))
	for i, aw := range aws {
		_, given := aw.(future.Of[T])
		children[i] = ensureFuture(s, aw, taskOptions{quiet: true})
		mustBeOf(s, children[i])
		g.watch(children[i].Core(), given)
	}
	g.resolve = func() {
		results := make([]R, len(children))
		for i, child := range children {
			results[i] = result(child)
		}
		future.Resolve(outer, results)
	}
	g.begin()
	return outer
}

// A gathering is what stands behind the future of a gather.
type gathering struct {
	outer    *future.Core
	children []*future.Core // in the order of the arguments
	watches  []gatherWatch  // one for each different child that was not done
	done     []*future.Core // those that were, until begin
	given    map[*future.Core]bool
	resolve  func() // gives outer the results
	settle   bool
	canceled bool // a cancel request reached a child
	total    int  // different children
	finished int
}

// A gatherWatch waits for one child.
type gatherWatch struct {
	link  future.Link
	g     *gathering
	child *future.Core
}

// Run is called when the child is done.
func (w *gatherWatch) Run() { w.g.childDone(w.child) }

func (g *gathering) init(s Spawner, outer *future.Core, n int) {
	g.outer = outer
	outer.Init(s.Scheduler().futureLoop, g, false)
	g.children = make([]*future.Core, 0, n)
	g.watches = make([]gatherWatch, 0, n) // never grows: links must not move
}

// watch takes one more child in. One that was given, and not made for the gather,
// may have been given before.
func (g *gathering) watch(child *future.Core, given bool) {
	g.children = append(g.children, child)
	if given {
		if g.given[child] {
			return
		}
		if g.given == nil {
			g.given = make(map[*future.Core]bool)
		}
		g.given[child] = true
	}
	g.total++
	if child.Done() {
		g.done = append(g.done, child)
		return
	}
	g.watches = append(g.watches, gatherWatch{g: g, child: child})
	w := &g.watches[len(g.watches)-1]
	w.link.Init(w)
	child.Attach(&w.link)
}

// begin comes when all children are known. Those that were done are looked at now:
// with nothing else to wait for, the future is done on return.
func (g *gathering) begin() {
	if len(g.children) == 0 {
		g.resolve()
	}
	for _, child := range g.done {
		g.childDone(child)
	}
	g.given, g.done = nil, nil
}

func (g *gathering) childDone(child *future.Core) {
	g.finished++
	if g.resolve == nil || g.outer.Done() { // nil: a later argument was refused
		child.Retrieve()
		return
	}
	if !g.settle {
		if err := child.Err(); err != nil {
			g.outer.Fail(err)
			return
		}
	}
	if g.finished < g.total {
		return
	}
	if !g.canceled {
		g.resolve()
		return
	}
	// The request is answered with a cancellation, even if every child ignored it.
	for _, child := range g.children {
		child.Retrieve()
	}
	g.outer.Fail(g.children[len(g.children)-1].TakeCanceled())
}

func (g *gathering) Describe() string {
	return fmt.Sprintf("gather of %d (%d done)", g.total, g.finished)
}

func (g *gathering) Holders() []AnyTask {
	var tasks []AnyTask
	for _, child := range g.children {
		tasks = append(tasks, taskOf(child)...)
	}
	return tasks
}

// CancelIsNoLook: the error of a gather that is done is not taken for seen by who
// cancels it, as that of other futures is.
func (g *gathering) CancelIsNoLook() {}

func (g *gathering) BeginCancel(*string) {}

func (g *gathering) CancelTarget(i int) *future.Core {
	if i >= len(g.children) {
		return nil
	}
	return g.children[i]
}

func (g *gathering) EndCancel(_ *string, taken, _ bool) bool {
	g.canceled = g.canceled || taken
	return taken
}
