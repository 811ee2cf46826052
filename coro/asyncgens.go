package coro

import (
	"fmt"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/sched"
)

// asyncgen is a Yielder as the scheduler knows it, and the loop.
type asyncgen[T any] Yielder[T]

// Run runs the function to its end, on the generator's stack.
func (a *asyncgen[T]) Run() { (*Yielder[T])(a).call() }

func (a *asyncgen[T]) driver() *Co { return (*Yielder[T])(a).Co() }

// Closer is a coroutine that closes the generator. It has no Generator, and needs none.
func (a *asyncgen[T]) Closer() Func[None] {
	return func(co *Co) (None, error) {
		if co == nil {
			return None{}, wrapped(a.fn)
		}
		return None{}, (*Yielder[T])(a).close(co)
	}
}

// abandoned is called on the loop once the Generator is garbage: a task closes what is
// left of it.
//
// Semantics: BaseEventLoop._asyncgen_finalizer_hook, CPython 3.15.
func (a *asyncgen[T]) abandoned() {
	if a.below.State() != sched.GeneratorSuspended || a.closing || !a.below.Take() {
		return
	}
	CreateTask((*future.Scheduler)(a.below.Scheduler()), a.Closer())
}

// A birth is how a generator has begun.
type birth struct {
	by   *future.Core // the task that has called Next first
	site string       // the line, in debug mode
}

func newBirth(co *Co) *birth {
	b := &birth{by: co.core}
	if co.Debug() {
		b.site = frames.CallSite()
	}
	return b
}

// Begun is the task that has begun the generator, and in debug mode the line; nothing
// unless the loop reports leaks.
func (a *asyncgen[T]) Begun() (by *future.Core, site string) {
	if a.birth == nil {
		return nil, ""
	}
	return a.birth.by, a.birth.site
}

// Function is what the generator runs, in the program's terms.
func (a *asyncgen[T]) Function() frames.Function { return frames.FunctionOf(a.fn, nil) }

// String is what reports call the generator.
func (a *asyncgen[T]) String() string {
	state := [...]string{"created", "suspended", "running", "ended"}[a.below.State()]
	return fmt.Sprintf("<Generator %v() %s>", a.Function(), state)
}
