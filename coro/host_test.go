package coro_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// waitsHere is a function to find on a stack.
func waitsHere(co *coro.Co, f *future.Future[int]) (int, error) { return f.Await(co) }

func standsIn(task coro.AnyTask, function string) bool {
	for _, f := range task.Stack() {
		if strings.Contains(f.Function, function) {
			return true
		}
	}
	return false
}

// A task that suspends runs the steps of others itself while there are few. Nobody is
// to notice.
func TestStackOfTheHost(t *testing.T) {
	run(t, func(co *coro.Co) error {
		main := co.Task()
		f := loop.CreateFuture[int](loop.Of(co))
		var asked, fromEager, fromPull bool
		coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			for range 2 { // and goes on
				asked = standsIn(main, "waitsHere")
			}
			coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				fromEager = len(main.Stack()) == 0 // too far away, and no harm done
				return coro.Sleep(co, 0)
			}), coro.Eager(true))
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
			for range ticker(co) {
				fromPull = standsIn(main, "waitsHere")
				break
			}
			return f.SetResult(1)
		}))
		_, err := waitsHere(co, f)
		require.True(t, asked)
		require.True(t, fromEager)
		require.True(t, fromPull)
		return err
	})
}

// ticker yields once a second.
func ticker(co *coro.Co) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for i := 0; coro.Sleep(co, time.Second) == nil && yield(i); i++ {
		}
	}
}

// Steps and callbacks keep their order, whoever runs them, and however many there are.
func TestHostKeepsTheOrder(t *testing.T) {
	for _, n := range []int{1, 2, 3, 7, 8, 9, 20} {
		run(t, func(co *coro.Co) error {
			l := loop.Of(co)
			var got, want []int
			for i := range n {
				coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
					for round := range 5 {
						got = append(got, round*100+2*i)
						l.CallSoon(func() { got = append(got, round*100+2*i+1) })
						if err := coro.Sleep(co, 0); err != nil {
							return err
						}
					}
					return nil
				}))
			}
			if err := coro.Sleep(co, time.Second); err != nil {
				return err
			}
			require.Len(t, got, 10*n)
			// In each iteration come, task by task, the callback of the round
			// before and the step of this one.
			for i := range n {
				want = append(want, 2*i)
			}
			for round := 1; round < 5; round++ {
				for i := range n {
					want = append(want, (round-1)*100+2*i+1, round*100+2*i)
				}
			}
			for i := range n {
				want = append(want, 400+2*i+1)
			}
			require.Equal(t, want, got)
			return nil
		})
	}
}

// A callback is run by the task that suspends: it is in nobody's way there.
func TestHostedCallback(t *testing.T) {
	var told []future.ErrorContext
	l := testkit.NewLoop(t, loop.OnException(func(_ *loop.Loop, c future.ErrorContext) { told = append(told, c) }))
	got := testkit.Complete(t, l, func(co *coro.Co) ([]string, error) {
		var got []string
		note := func(s string) { got = append(got, s) }
		main := co.Task()
		f := loop.CreateFuture[int](l)
		v := coro.NewVar("v", "")
		v.Set(co, "main's")
		l.CallSoon(func() {
			require.Nil(t, coro.CurrentTask(l), "as in every callback")
			note("in the context of " + v.Get(l))
			v.Set(l, "the callback's")
		})
		l.CallSoon(func() { panic("in a callback") })
		l.CallSoon(func() {
			require.True(t, standsIn(main, "waitsHere"), "the stack ends where the task waits")
			require.False(t, standsIn(main, "TestHostedCallback.func2.4"))
			note("a stack")
		})
		l.CallSoon(func() {
			_, err := loop.Run(func(*coro.Co) (int, error) { return 0, nil })
			require.ErrorIs(t, err, loop.ErrRunning)
			note("refused")
		})
		l.CallSoon(func() {
			require.ErrorIs(t, l.Close(), loop.ErrRunning)
			require.NoError(t, f.SetResult(1))
		})
		n, err := waitsHere(co, f)
		require.Equal(t, 1, n)
		note("main in the context of " + v.Get(co))
		return got, err
	})
	require.Equal(t, []string{"in the context of main's", "a stack", "refused", "main in the context of main's"}, got)
	require.Len(t, told, 1)
	require.ErrorContains(t, told[0].Err, "in a callback")
}

// Stop and Abort let the iteration go on to its end, or not, as they do in the loop.
func TestHostedStop(t *testing.T) {
	l := testkit.NewLoop(t)
	var got []int
	task := coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
		l.CallSoon(func() {
			got = append(got, 1)
			l.CallSoon(func() { got = append(got, 3) })
			l.Stop()
		})
		l.CallSoon(func() { got = append(got, 2) })
		return coro.Sleep(co, time.Hour)
	}), coro.Quiet())
	require.NoError(t, l.RunForever())
	require.Equal(t, []int{1, 2}, got)
	task.Cancel()
	_, err := loop.RunUntilComplete(l, coro.Awaitable[coro.None](task))
	require.ErrorIs(t, err, future.ErrCanceled)
	require.Equal(t, []int{1, 2, 3}, got)
}

// A worker whose task has ended goes on with the next one if that is new. Nobody is to
// notice: not by the order, nor by whose panic, cancellation or stack it is.
func TestTasksOnOneWorker(t *testing.T) {
	run(t, func(co *coro.Co) error {
		l := loop.Of(co)
		var got []string
		note := func(s string) coro.Func[int] {
			return func(co *coro.Co) (int, error) {
				got = append(got, s+" in "+co.Task().Name())
				return 0, nil
			}
		}
		never := loop.CreateFuture[int](l)
		var waits *coro.Task[int]
		tasks := []*coro.Task[int]{
			coro.CreateTask(co, note("a"), coro.Name("1")),
			coro.CreateTask(co, func(*coro.Co) (int, error) { panic("here") }, coro.Name("2")),
			coro.CreateTask(co, note("never"), coro.Name("3")),
			coro.CreateTask(co, func(co *coro.Co) (int, error) {
				got = append(got, "b in "+coro.CurrentTask(co).Name())
				_, err := coro.CreateTask(co, note("eager"), coro.Name("5"), coro.Eager(true)).Result()
				return 0, err
			}, coro.Name("4")),
		}
		tasks[2].Cancel()
		l.CallSoon(func() { require.Nil(t, coro.CurrentTask(l)) })
		waits = coro.CreateTask(co, func(co *coro.Co) (int, error) { return waitsHere(co, never) }, coro.Name("6"))
		tasks = append(tasks, waits, coro.CreateTask(co, func(co *coro.Co) (int, error) {
			require.True(t, standsIn(waits, "waitsHere"))
			require.False(t, standsIn(waits, "TestTasksOnOneWorker.func1.4"), "that is the caller")
			require.True(t, never.Cancel())
			return note("c")(co)
		}, coro.Name("7")))
		_, _, err := coro.Wait(co, tasks)
		require.Equal(t, []string{"a in 1", "b in 4", "eager in 5", "c in 7"}, got)
		require.ErrorContains(t, tasks[1].Err(), "here")
		require.True(t, tasks[2].Canceled())
		require.True(t, waits.Canceled())
		return err
	})
}
