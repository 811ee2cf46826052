package loop

import "context"

// InspectOption is an option of [Inspect] and [Loop.Snapshot].
type InspectOption func(*inspectOptions)

type inspectOptions struct{ stacks int }

// Stacks has the first n tasks, in order of creation, tell where they stand. Without it none
// does: the loop has to switch to each of them and back, which takes it about a microsecond.
// With zero or less it is none.
func Stacks(n int) InspectOption { return func(o *inspectOptions) { o.stacks = max(0, n) } }

func newInspectOptions(opts []InspectOption) (o inspectOptions) {
	for _, opt := range opts {
		if opt == nil {
			panic("loop: a nil InspectOption; leave it out")
		}
		opt(&o)
	}
	return o
}

// Inspect is what there is to see of a loop that runs: its tasks, what each waits for, and
// who could end that. It is safe for concurrent use, from any goroutine.
//
// The loop answers between two iterations, also while it waits for something to do. That is
// no work of the loop's: it runs no entry and counts as none, moves no clock, and changes
// no order. Without [Stacks] the loop stands still for about 0.2 microseconds a task; what is
// to be made of it is made on the goroutine of the caller, who gets a value that nobody
// changes any more.
//
// The error is ErrClosed if the loop is closed. It wraps [ErrNoAnswer] and ctx.Err() if ctx
// ends first: something keeps the loop, or it does not run. A loop between two runs or steps
// answers in the next one; if ctx can never end, that is an error at once, which wraps
// ErrNoAnswer, unless somebody waits to be woken ([Loop.OnWake], [RunGuest]).
//
// On the loop's own goroutine, in a task or callback, it is [Loop.Snapshot]. Where several
// loops run, it may be unable to tell that a task which calls it is the loop's own, and waits
// for ctx; call Snapshot there.
//
// A Describe or Holders of a role of the program's is called as always while the loop waits,
// but on another goroutine, since it may end the one that it is called on. One that
// panics, or calls runtime.Goexit, is shown so.
//
// Semantics: python -m asyncio ps, CPython 3.14, of a loop in the same process.
func Inspect(ctx context.Context, l *Loop, opts ...InspectOption) (*Snapshot, error) {
	l.mustBeMade()
	if ctx == nil {
		panic("loop: Inspect with a nil context; context.Background() never ends")
	}
	o := newInspectOptions(opts)
	if l.closed.Load() {
		return nil, ErrClosed
	}
	q := &question{stacks: o.stacks, endless: ctx.Done() == nil, answer: make(chan answer, 1)}
	if l.isRunning.Load() && insideRunningLoop() {
		switch runs, known := l.sched.RunsCaller(); {
		case runs:
			return l.lookAll(o.stacks).snapshot(o.stacks), nil
		case !known && q.endless:
			return nil, errInsideSome
		}
	}
	v, err := l.ask(ctx, q)
	if err != nil {
		return nil, err
	}
	return v.snapshot(o.stacks), nil
}

// Snapshot is [Inspect] for who is on the loop's goroutine, or owns a loop that does not run.
// In the middle of a step it sees what there is then: the task that calls is running.
//
// Semantics: asyncio.capture_call_graph, CPython 3.14, of all tasks.
func (l *Loop) Snapshot(opts ...InspectOption) *Snapshot {
	l.mustBeMade()
	(*wired)(l).CheckGoroutine()
	o := newInspectOptions(opts)
	return l.lookAll(o.stacks).snapshot(o.stacks)
}
