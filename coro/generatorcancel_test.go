package coro_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// A cancellation of the task that is in the function comes out of the function's await.
// The function may clean up with awaits, or go on.
//
// CPython: test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_shutdown_01
func TestGeneratorCanceledInside(t *testing.T) {
	run(t, func(co *coro.Co) error {
		var tr testkit.Trace
		g := coro.NewGenerator(func(y *coro.Yielder[int]) error {
			err := coro.Sleep(y.Co(), time.Second)
			tr.At(y.Co(), "first: %v", err)
			if err := y.Yield(1); err != nil {
				return err
			}
			err = coro.Sleep(y.Co(), time.Second)
			tr.At(y.Co(), "second: %v", err)
			tr.At(y.Co(), "cleanup: %v", coro.Sleep(y.Co(), ms))
			return err
		})
		first := coro.CreateTask(co, g.Next)
		require.NoError(t, coro.Sleep(co, ms))
		first.Cancel("a")
		testkit.Wait(t, co, first)
		require.Equal(t, 1, first.Canceling())

		second := coro.CreateTask(co, g.Next)
		require.NoError(t, coro.Sleep(co, ms))
		second.Cancel("b")
		_, err := second.Await(co)
		testkit.RequireCanceled(t, err, "b")
		require.True(t, second.Canceled())
		_, err = g.Next(co)
		require.Equal(t, coro.ErrStopAsyncIteration, err)
		require.Equal(t, testkit.Trace{"1ms first: canceled: a", "2ms second: canceled: b", "3ms cleanup: <nil>"}, tr)
		return nil
	})
}

// An error inside of what the function awaits, and its cleanup: here a cancellation that is
// not the task's.
//
// CPython: test_asyncgen.AsyncGenTest.test_async_gen_exception_03
// CPython: test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_asend_02
// CPython: test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_asend_03
// CPython: test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_athrow_02
func TestGeneratorAwaitsWhatIsCanceled(t *testing.T) {
	run(t, func(co *coro.Co) error {
		cleaned := 0
		g := coro.NewGenerator(func(y *coro.Yielder[int]) (err error) {
			defer func() {
				require.NoError(t, coro.Sleep(y.Co(), ms))
				cleaned++
			}()
			if err := y.Yield(1); err != nil {
				require.ErrorIs(t, err, errTest)
			}
			f := loop.CreateFuture[int](loop.Of(y.Co()))
			loop.Of(y.Co()).CallLater(ms, func() { f.Cancel() })
			_, err = f.Await(y.Co())
			return err
		})
		_, err := g.Next(co)
		require.NoError(t, err)
		_, err = g.Throw(co, errTest)
		testkit.RequireCanceled(t, err)
		require.Equal(t, 1, cleaned)
		return nil
	})
}

// A task of Next that is canceled before it has begun does nothing to the generator, as a
// coroutine that awaits it would not.
func TestGeneratorNextNeverBegun(t *testing.T) {
	run(t, func(co *coro.Co) error {
		g := yields(2, 0)
		_, err := g.Next(co)
		require.NoError(t, err)
		task := coro.CreateTask(co, g.Next)
		task.Cancel()
		testkit.WaitCanceled(t, co, task)
		v, err := g.Next(co)
		require.NoError(t, err)
		require.Equal(t, 2, v)
		return g.Close(co)
	})
}

// Close awaits the function's cleanup, in the task that calls.
//
// CPython: test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_aclose_06
// CPython: test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_aclose_07
// CPython: test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_aclose_08
// CPython: test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_aclose_12
func TestGeneratorCloseAwaitsCleanup(t *testing.T) {
	for _, tt := range []struct {
		name    string
		cleanup func(y *coro.Yielder[int]) error
		want    error
	}{
		{"sleeps", func(y *coro.Yielder[int]) error { return coro.Sleep(y.Co(), ms) }, nil},
		{"awaits a task that fails", func(y *coro.Yielder[int]) error {
			_, err := coro.CreateTask(y.Co(), sleepThen(ms, 0, errTest)).Await(y.Co())
			require.ErrorIs(t, err, errTest)
			return nil
		}, nil},
		{"fails itself", func(y *coro.Yielder[int]) error { return errors.Join(coro.Sleep(y.Co(), ms), errTest) }, errTest},
		{"yields", func(y *coro.Yielder[int]) error {
			return errors.Join(coro.Sleep(y.Co(), ms), y.Yield(12))
		}, coro.ErrGeneratorIgnoredExit},
	} {
		t.Run(tt.name, func(t *testing.T) {
			run(t, func(co *coro.Co) error {
				g := coro.NewGenerator(func(y *coro.Yielder[int]) error {
					exit := y.Yield(1)
					require.Equal(t, coro.ErrGeneratorExit, exit)
					if err := tt.cleanup(y); err != nil {
						return err
					}
					return exit
				})
				_, err := g.Next(co)
				require.NoError(t, err)
				require.ErrorIs(t, g.Close(co), tt.want)
				require.Equal(t, ms, loop.Of(co).Time())
				if tt.want == coro.ErrGeneratorIgnoredExit {
					_, err = g.Next(co)
					require.Equal(t, coro.ErrGeneratorExit, err)
				}
				return nil
			})
		})
	}
}

// A cancellation during a Close comes out of the cleanup's await, and of Close.
func TestGeneratorCloseCanceled(t *testing.T) {
	run(t, func(co *coro.Co) error {
		g := coro.NewGenerator(func(y *coro.Yielder[int]) error {
			_ = y.Yield(1)
			return coro.Sleep(y.Co(), time.Second)
		})
		_, err := g.Next(co)
		require.NoError(t, err)
		task := testkit.Spawn(co, g.Close, coro.Eager(true))
		task.Cancel()
		testkit.WaitCanceled(t, co, task)
		return g.Close(co)
	})
}

// A deferred Close, what contextlib.aclosing is in Python, also works in a task that is
// canceled.
func TestGeneratorDeferredClose(t *testing.T) {
	run(t, func(co *coro.Co) error {
		closed := false
		g := coro.NewGenerator(func(y *coro.Yielder[int]) error {
			err := y.Yield(1)
			require.NoError(t, coro.Sleep(y.Co(), ms))
			closed = true
			return err
		})
		task := testkit.Spawn(co, func(co *coro.Co) (err error) {
			defer func() { err = errors.Join(err, g.Close(co)) }()
			for _, err := range g.All(co) {
				if err := errors.Join(err, coro.Sleep(co, time.Second)); err != nil {
					return err
				}
			}
			return nil
		})
		require.NoError(t, coro.Sleep(co, ms))
		task.Cancel()
		testkit.WaitCanceled(t, co, task)
		require.True(t, closed)
		return nil
	})
}
