package coro_test

import (
	"iter"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

func TestGeneratorMisuse(t *testing.T) {
	const outside = "coro: a Yielder is used outside of its generator's function, or while that is suspended; it is for the function that it was given to"
	run(t, func(co *coro.Co) error {
		var leaked *coro.Yielder[int]
		var stale *coro.Co
		g := coro.NewGenerator(func(y *coro.Yielder[int]) error {
			leaked, stale = y, y.Co()
			return y.Yield(1)
		})
		testkit.Wait(t, co, coro.CreateTask(co, g.Next))
		for _, tt := range []struct {
			name, want string
			call       func()
		}{
			{"a nil function", "coro: NewGenerator of a nil function", func() { coro.NewGenerator[int](nil) }},
			{
				"a zero Generator", "coro: a Generator that was not made by NewGenerator; the zero Generator and nil are none",
				func() { _, _ = new(coro.Generator[int]).Next(co) },
			},
			{
				"a nil Generator", "coro: a Generator that was not made by NewGenerator; the zero Generator and nil are none",
				func() { _ = (*coro.Generator[int])(nil).Close(co) },
			},
			{
				"throw of nothing", "coro: Throw of a nil error; what goes on without one is Next",
				func() { _, _ = g.Throw(co, nil) },
			},
			{"a zero Yielder", outside, func() { new(coro.Yielder[int]).Co() }},
			{"a nil Yielder", outside, func() { _ = (*coro.Yielder[int])(nil).Yield(1) }},
			{"a yield while it is suspended", outside, func() { _ = leaked.Yield(2) }},
			{"its Co while it is suspended", outside, func() { leaked.Co() }},
			{
				"the Co of before", `coro: the Co of task "Task-2" is used after the task has ended; a coroutine awaits with the Co that it was given itself`,
				func() { _ = coro.Sleep(stale, 0) },
			},
			{"a yield from the function of another", outside, func() {
				inner := coro.NewGenerator(func(*coro.Yielder[int]) error { return leaked.Yield(2) })
				outer := coro.NewGenerator(func(y *coro.Yielder[int]) error {
					leaked = y
					_, err := inner.Next(y.Co())
					panic(err.(interface{ Unwrap() error }))
				})
				_, err := outer.Next(co)
				require.ErrorContains(t, err, outside)
				panic(outside)
			}},
		} {
			t.Run(tt.name, func(t *testing.T) { require.PanicsWithValue(t, tt.want, tt.call) })
		}
		return g.Close(co)
	})
}

// A Yield that the function's own task makes is refused, and so is one that a task makes
// which the function has started.
func TestGeneratorYieldOfAnotherTask(t *testing.T) {
	run(t, func(co *coro.Co) error {
		g := coro.NewGenerator(func(y *coro.Yielder[int]) error {
			for _, eager := range []bool{true, false} {
				task := testkit.Spawn(y.Co(), func(*coro.Co) error { return y.Yield(1) }, coro.Eager(eager))
				_, err := task.Await(y.Co())
				require.ErrorContains(t, err, `the Co of task "Task-1" is used while task "Task-`)
			}
			return y.Yield(2)
		})
		v, err := g.Next(co)
		require.NoError(t, err)
		require.Equal(t, 2, v)
		return g.Close(co)
	})
}

// A Yield inside of an iterator that the function draws from is one of the function's.
func TestGeneratorYieldFromPull(t *testing.T) {
	run(t, func(co *coro.Co) error {
		g := coro.NewGenerator(func(y *coro.Yielder[int]) error {
			next, stop := iter.Pull(func(yield func(int) bool) {
				for i := range 3 {
					require.NoError(t, coro.Sleep(y.Co(), ms))
					require.NoError(t, y.Yield(i))
				}
			})
			defer stop()
			next()
			return nil
		})
		var got []int
		for v, err := range g.All(co) {
			require.NoError(t, err)
			got = append(got, v)
		}
		require.Equal(t, []int{0, 1, 2}, got)
		return nil
	})
}

// A callback cannot await, so it cannot call Next.
func TestGeneratorNextInCallback(t *testing.T) {
	run(t, func(co *coro.Co) error {
		g := yields(1, 0)
		var got any
		loop.Of(co).CallSoon(func() {
			defer func() { got = recover() }()
			_, _ = g.Next(co)
		})
		require.NoError(t, coro.Sleep(co, ms))
		require.Equal(t, `coro: the Co of task "Task-1" is used while no task runs; `+
			`a callback or another goroutine cannot await: it creates a task that does, with CreateTask or loop.Submit`, got)
		return nil
	})
}

// A generator belongs to the loop that it has begun on, and once it has ended to none.
func TestGeneratorOfAnotherLoop(t *testing.T) {
	g := yields(1, 0)
	first, second := testkit.NewLoop(t), testkit.NewLoop(t)
	v := testkit.Complete(t, first, g.Next)
	require.Equal(t, 1, v)
	testkit.Complete(t, second, coro.Do(func(co *coro.Co) error {
		_, err := g.Next(co)
		require.ErrorIs(t, err, coro.ErrOtherLoop)
		_, err = g.Throw(co, errTest)
		require.ErrorIs(t, err, coro.ErrOtherLoop)
		require.ErrorIs(t, g.Close(co), coro.ErrOtherLoop)
		return nil
	}))
	testkit.Complete(t, first, coro.Do(g.Close))
	testkit.Complete(t, second, coro.Do(func(co *coro.Co) error {
		_, err := g.Next(co)
		require.Equal(t, coro.ErrStopAsyncIteration, err)
		return g.Close(co)
	}))
}
