package coro

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/waits"
)

// Gather awaits all of aws side by side: Funcs, futures and tasks, a plain function f as
// Bind0(f), and a slice as Each(tasks)... or BindEach(f, args)... Those that are not futures
// become tasks, in order. The result is theirs, in the order of the arguments; the same
// future given twice is waited for once and stands at both places.
//
// The first error becomes the future's error at once, and the others go on: Gather
// does not cancel them. The errors of those that fail after it count as seen, and nobody is
// told of them; [GatherSettled] gives them all, and a [Group] too. A child that ends
// canceled counts as one with a CanceledError, and the future is not canceled then, it has
// that error. Canceling the future cancels all children, and it ends with a CanceledError
// once they have ended.
//
// Gather of nothing is done already. The Spawner tells on which loop, or in which
// group, the tasks are created. See [Into] for results of different types.
//
// Semantics: asyncio.gather, CPython 3.15.
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
// Semantics: asyncio.gather(..., return_exceptions=True), CPython 3.15.
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
	for _, f := range fs {
		mustBeOf(s, f)
	}
	g := &gatherOf[F, error]{children: slices.Clone(fs), result: func(f F) error { return settledError(f.Core()) }}
	g.init(s, g, g.outer.Core(), true, len(fs))
	for _, f := range fs {
		g.watch(f.Core(), true)
	}
	g.begin()
	return &g.outer
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
// done.
func gather[T, R any](s Spawner, aws []Awaitable[T], settle bool, result func(future.Of[T]) R) *future.Future[[]R] {
	g := &gatherOf[future.Of[T], R]{children: make([]future.Of[T], len(aws)), result: result}
	given := futuresAmong(s, aws, g.children)
	g.init(s, g, g.outer.Core(), settle, given)
	tasks := roomFor[Task[T]](len(aws) - given)
	for i, aw := range aws {
		child := g.children[i]
		given := child != nil
		if !given {
			child = createTask(s, funcOf(aw), &quietly, tasks.next())
		}
		g.children[i] = child
		g.watch(child.Core(), given)
	}
	g.begin()
	return &g.outer
}

var quietly = taskOptions{quiet: true} // is only read

// gatherOf is what a gather is about: its children, of type C, and what becomes of
// them. The machinery, in gathering, does not depend on types.
type gatherOf[C future.Any, R any] struct {
	gathering
	outer    future.Future[[]R]
	children []C // in the order of the arguments
	result   func(C) R
}

func (g *gatherOf[C, R]) count() int { return len(g.children) }

func (g *gatherOf[C, R]) child(i int) *future.Core {
	if any(g.children[i]) == nil { // not made yet
		return nil
	}
	return g.children[i].Core()
}

func (g *gatherOf[C, R]) resolve() {
	results := make([]R, len(g.children))
	for i, child := range g.children {
		results[i] = g.result(child)
	}
	future.Resolve(&g.outer, results)
	g.children, g.watches = nil, room[gatherWatch]{} // who keeps the results need not keep the tasks
}

// A gathering is what stands behind the future of a gather.
type gathering struct {
	outer    *future.Core
	of       gathered
	watches  room[gatherWatch]     // for each different child that was not done
	done     []*future.Core        // those that were, until begin
	seen     map[*future.Core]bool // those that were given, if some were given twice
	settle   bool
	begun    bool // all arguments were fit
	canceled bool // a cancel request reached a child
	total    int  // different children
	finished int
}

type gathered interface {
	count() int
	child(i int) *future.Core
	resolve() // gives the future its results
}

// A gatherWatch waits for one child.
type gatherWatch struct {
	link future.Link
	g    *gathering
}

// Run is called when the child is done.
func (w *gatherWatch) Run() { w.g.childDone(w.link.Core()) }

// init is called after the futures among the arguments are stored; given is their number.
func (g *gathering) init(s Spawner, of gathered, outer *future.Core, settle bool, given int) {
	g.of, g.outer, g.settle = of, outer, settle
	outer.Init(s, g)
	outer.KeepsError = true // canceling a finished gather does not mark its error as retrieved
	g.watches = roomFor[gatherWatch](of.count())
	if given > 1 && anyTwice(s, of.count(), of.child) {
		g.seen = make(map[*future.Core]bool)
	}
}

// watch takes one more child in, one that was given or was made for the gather.
func (g *gathering) watch(child *future.Core, given bool) {
	if given && g.seen != nil {
		if g.seen[child] {
			return
		}
		g.seen[child] = true
	}
	g.total++
	if child.Done() {
		g.done = append(g.done, child)
		return
	}
	w := g.watches.next()
	w.g = g
	child.Attach(w.link.Init(w))
}

// begin comes when all children are known. Those that were done are looked at now:
// with nothing else to wait for, the future is done on return.
func (g *gathering) begin() {
	g.begun = true
	if g.of.count() == 0 {
		g.of.resolve()
	}
	for _, child := range g.done {
		g.childDone(child)
	}
	g.seen, g.done = nil, nil
}

func (g *gathering) childDone(child *future.Core) {
	g.finished++
	if !g.begun || g.outer.Done() {
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
		g.of.resolve()
		return
	}
	// The request is answered with a cancellation, even if every child ignored it.
	n := g.of.count()
	for i := range n {
		g.of.child(i).Retrieve()
	}
	g.outer.Fail(cancellationOf(g.of.child(n - 1)))
}

// cancellationOf is the CanceledError of c, one of its own if it has ended otherwise.
func cancellationOf(c *future.Core) error {
	if c.Canceled() {
		return c.Err()
	}
	return canceledError(c)
}

func (g *gathering) Describe() string {
	return "gather of " + strconv.Itoa(g.total) + " (" + strconv.Itoa(g.finished) + " done)"
}

func (g *gathering) Wait() waits.Info { return waits.Info{Kind: "gather", Text: g.Describe()} }

func (g *gathering) Behind(i int) (*future.Core, bool) {
	if i >= g.of.count() {
		return nil, false
	}
	return g.of.child(i), true
}

func (g *gathering) BeginCancel(*string) {}

func (g *gathering) CancelTarget(i int) *future.Core {
	if i >= g.of.count() {
		return nil
	}
	return g.of.child(i)
}

func (g *gathering) EndCancel(_ *string, taken, _ bool) bool {
	g.canceled = g.canceled || taken
	return taken
}
