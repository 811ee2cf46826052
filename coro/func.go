package coro

import (
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/frames"
)

// Func is a coroutine function, asyncio's "async def". Every function of this
// signature converts to it, by itself where a Func is asked for, with [Bind0] where
// an [Awaitable] is. Those of other signatures are bound to their arguments:
//
//	arguments     none     1          2       3      one of a slice each
//	a result      Bind0    Bind       Bind2   Bind3  BindEach
//	none          Do       Do1        Do2     Do3    DoEach
//
// Unlike a Python coroutine object, a Func is not used up: each await and each
// task runs it anew.
type Func[T any] func(co *Co) (T, error)

// Await runs the function inline, in the task of the caller, as a plain call does.
func (f Func[T]) Await(w future.Waiter) (T, error) {
	if f == nil {
		panic("coro: Await of a nil function")
	}
	return f(w.(*Co))
}

// Awaitable is what can be awaited for a T: a Func, a *future.Future, a *Task. A plain
// function is none, as it has no methods: [Bind0] makes a Func of it.
//
// A type of one's own is one if it has an Await. What suspends needs a *Co, and the Await of
// a Func has it:
//
//	func (p *page) load(co *coro.Co) (string, error) { ... }
//
//	func (p *page) Await(w future.Waiter) (string, error) { return coro.Bind0(p.load).Await(w) }
type Awaitable[T any] interface {
	Await(w future.Waiter) (T, error)
}

// None is the result of coroutines that have none.
type None = struct{}

// Do makes a Func of a function that has no result.
func Do(f func(co *Co) error) Func[None] {
	if f == nil {
		panic("coro: Do of a nil function")
	}
	return func(co *Co) (None, error) {
		if co == nil {
			return None{}, wrappedDo(f)
		}
		return None{}, f(co)
	}
}

// Do1 makes a Func of a function that has no result and one more argument:
//
//	coro.Gather(co, coro.Do1(coro.Sleep, time.Second), ...)
func Do1[A any](f func(*Co, A) error, a A) Func[None] {
	if f == nil {
		panic("coro: Do1 of a nil function")
	}
	return func(co *Co) (None, error) {
		if co == nil {
			return None{}, wrapped(f)
		}
		return None{}, f(co, a)
	}
}

// Do2 makes a Func of a function that has no result and two more arguments.
func Do2[A, B any](f func(*Co, A, B) error, a A, b B) Func[None] {
	if f == nil {
		panic("coro: Do2 of a nil function")
	}
	return func(co *Co) (None, error) {
		if co == nil {
			return None{}, wrapped(f)
		}
		return None{}, f(co, a, b)
	}
}

// Do3 makes a Func of a function that has no result and three more arguments.
func Do3[A, B, C any](f func(*Co, A, B, C) error, a A, b B, c C) Func[None] {
	if f == nil {
		panic("coro: Do3 of a nil function")
	}
	return func(co *Co) (None, error) {
		if co == nil {
			return None{}, wrapped(f)
		}
		return None{}, f(co, a, b, c)
	}
}

// Bind0 makes a Func of a function of its signature: it is the conversion, without
// the type having to be named.
func Bind0[T any](f func(*Co) (T, error)) Func[T] {
	if f == nil {
		panic("coro: Bind0 of a nil function")
	}
	return f
}

// Bind makes a Func of a function with one more argument.
func Bind[A, T any](f func(*Co, A) (T, error), a A) Func[T] {
	if f == nil {
		panic("coro: Bind of a nil function")
	}
	return func(co *Co) (v T, err error) {
		if co == nil {
			return v, wrapped(f)
		}
		return f(co, a)
	}
}

// Bind2 makes a Func of a function with two more arguments.
func Bind2[A, B, T any](f func(*Co, A, B) (T, error), a A, b B) Func[T] {
	if f == nil {
		panic("coro: Bind2 of a nil function")
	}
	return func(co *Co) (v T, err error) {
		if co == nil {
			return v, wrapped(f)
		}
		return f(co, a, b)
	}
}

// Bind3 makes a Func of a function with three more arguments.
func Bind3[A, B, C, T any](f func(*Co, A, B, C) (T, error), a A, b B, c C) Func[T] {
	if f == nil {
		panic("coro: Bind3 of a nil function")
	}
	return func(co *Co) (v T, err error) {
		if co == nil {
			return v, wrapped(f)
		}
		return f(co, a, b, c)
	}
}

// Into makes a Func that awaits aw and stores its result in *p. With it,
// awaitables of different types can stand in one Gather:
//
//	var name string
//	var age int
//	_, err := coro.Gather(co,
//		coro.Into(&name, coro.Bind0(fetchName)),
//		coro.Into(&age, coro.Bind(fetchAge, id)),
//	).Await(co)
func Into[T any](p *T, aw Awaitable[T]) Func[None] {
	if p == nil {
		panic("coro: Into of a nil pointer")
	}
	mustBeAwaitable(aw)
	return func(co *Co) (None, error) {
		if co == nil {
			return None{}, wrapped(aw)
		}
		v, err := aw.Await(co)
		if err == nil {
			*p = v
		}
		return None{}, err
	}
}

// Each turns a slice of tasks, futures or Funcs into the arguments of Gather and
// AsCompleted.
func Each[T any, A Awaitable[T]](as []A) []Awaitable[T] {
	out := make([]Awaitable[T], len(as))
	for i, a := range as {
		out[i] = a
	}
	return out
}

// BindEach binds each of as to f in turn, for Gather and AsCompleted:
//
//	pages, err := coro.Gather(co, coro.BindEach(fetch, urls)...).Await(co)
//
// Semantics: asyncio.gather(*(f(a) for a in as)).
func BindEach[A, T any](f func(*Co, A) (T, error), as []A) []Awaitable[T] {
	if f == nil {
		panic("coro: BindEach of a nil function")
	}
	out := make([]Awaitable[T], len(as))
	for i, a := range as {
		out[i] = Bind(f, a)
	}
	return out
}

// DoEach is BindEach of a function that has no result.
func DoEach[A any](f func(*Co, A) error, as []A) []Awaitable[None] {
	if f == nil {
		panic("coro: DoEach of a nil function")
	}
	out := make([]Awaitable[None], len(as))
	for i, a := range as {
		out[i] = Do1(f, a)
	}
	return out
}

// wrapped is what the closures here answer to a nil in place of their Co: reports ask so
// for the function that they wrap. It is not inlined, so that they have the frames that
// they had without the question.
//
//go:noinline
func wrapped[F any](f F) error { return frames.Wrapped(f) }

// wrappedDo is wrapped without a dictionary, for which Do would need a larger frame.
//
//go:noinline
func wrappedDo(f func(co *Co) error) error { return frames.Wrapped(f) }
