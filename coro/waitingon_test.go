package coro_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// What WaitingOn and CancelPending tell is what _fut_waiter and _must_cancel hold at the
// same moments in CPython 3.13, where this trace comes from.
func TestWaitingOn(t *testing.T) {
	var tr testkit.Trace
	show := func(moment string, task coro.AnyTask) {
		on := "nil"
		if f := task.WaitingOn(); f != nil {
			on = "pending"
			if f.Done() {
				on = "done"
			}
		}
		tr.Add("%s: %s %v", moment, on, task.CancelPending())
	}
	run(t, func(co *coro.Co) error {
		f := coro.NewFuture[int](co)
		begun := func(fn coro.Func[int]) *coro.Task[int] {
			task := coro.CreateTask(co, fn)
			testkit.Pass(t, co, 1)
			return task
		}
		waiting := func() *coro.Task[int] {
			f = coro.NewFuture[int](co)
			return begun(awaiting(f))
		}

		task := coro.CreateTask(co, awaiting(f))
		show("not begun", task)
		testkit.Pass(t, co, 1)
		show("waits", task)
		require.Same(t, f.Core(), task.WaitingOn())
		require.NoError(t, f.SetResult(1))
		show("woken", task)
		testkit.Pass(t, co, 1)
		show("ended", task)

		task = coro.CreateTask(co, awaiting(f))
		task.Cancel()
		show("not begun, canceled", task)
		testkit.Pass(t, co, 1)
		show("ended", task)

		task = begun(func(co *coro.Co) (int, error) { return 0, coro.Sleep(co, 0) })
		show("yields", task)
		task.Cancel()
		show("yields, canceled", task)
		task.Uncancel()
		show("yields, request taken back", task)
		testkit.Pass(t, co, 1)

		task = waiting()
		task.Cancel()
		show("waits, canceled", task)
		testkit.Pass(t, co, 1)
		show("ended", task)

		task = waiting()
		require.NoError(t, f.SetResult(1))
		task.Cancel()
		show("woken, canceled", task)
		testkit.Pass(t, co, 1)
		show("ended", task)

		inner := waiting()
		task = begun(awaiting(inner))
		show("waits for a task", task)
		task.Cancel()
		show("waits for a task, canceled", task)
		show("that task", inner)
		testkit.Pass(t, co, 2)

		me := co.Task()
		show("runs", me)
		me.Cancel()
		show("runs, canceled", me)
		require.ErrorIs(t, coro.Sleep(co, 0), future.ErrCanceled)
		show("was told", me)
		me.Uncancel()
		return nil
	})
	require.Equal(t, testkit.Trace{
		"not begun: nil false",
		"waits: pending false",
		"woken: done false",
		"ended: nil false",
		"not begun, canceled: nil true",
		"ended: nil false",
		"yields: nil false",
		"yields, canceled: nil true",
		"yields, request taken back: nil false",
		"waits, canceled: done false",
		"ended: nil false",
		"woken, canceled: done true",
		"ended: nil false",
		"waits for a task: pending false",
		"waits for a task, canceled: pending false",
		"that task: done false",
		"runs: nil false",
		"runs, canceled: nil true",
		"was told: nil false",
	}, tr)
}

// A task that was unwound waits for nothing any more.
func TestWaitingOnAfterClose(t *testing.T) {
	l := loop.New(loop.VirtualTime(true), loop.OnException(func(*loop.Loop, future.ErrorContext) {}))
	task := coro.CreateTask(l, awaiting(loop.CreateFuture[int](l)))
	testkit.Briefly(t, l)
	require.NotNil(t, task.WaitingOn())
	require.NoError(t, l.Close())
	require.Nil(t, task.WaitingOn())
}

// Await of what has no type is the await of what has one, but for the result.
func TestAwaitOfAny(t *testing.T) {
	for _, test := range []struct {
		name  string
		end   func(f *future.Future[int])
		ticks int
		want  error
	}{
		{"done", func(f *future.Future[int]) { _ = f.SetResult(1) }, 0, nil},
		{"failed", func(f *future.Future[int]) { _ = f.SetError(errTest) }, 0, errTest},
		{"canceled", func(f *future.Future[int]) { f.Cancel() }, 0, future.ErrCanceled},
		{"done later", func(f *future.Future[int]) { laterEnd(f, func() { _ = f.SetResult(1) }) }, 2, nil},
		{"failed later", func(f *future.Future[int]) { laterEnd(f, func() { _ = f.SetError(errTest) }) }, 2, errTest},
		{"canceled later", func(f *future.Future[int]) { laterEnd(f, func() { f.Cancel() }) }, 2, future.ErrCanceled},
	} {
		t.Run(test.name, func(t *testing.T) {
			run(t, func(co *coro.Co) error {
				for _, typed := range []bool{false, true} {
					f := coro.NewFuture[int](co)
					ticks := countTicks(t, co, func() {
						test.end(f)
						var err error
						if typed {
							_, err = f.Await(co)
						} else {
							err = coro.Await(co, f)
						}
						require.ErrorIs(t, err, test.want)
					})
					require.Equal(t, test.ticks, ticks, "typed: %v", typed)
				}
				return nil
			})
		})
	}
	t.Run("the waiting task is canceled", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			f := coro.NewFuture[int](co)
			task := testkit.Spawn(co, func(co *coro.Co) error { return coro.Await(co, f) })
			testkit.Pass(t, co, 1)
			task.Cancel()
			testkit.WaitCanceled(t, co, task)
			require.True(t, f.Canceled())
			return nil
		})
	})
	t.Run("of another loop", func(t *testing.T) {
		other := loop.CreateFuture[int](testkit.NewLoop(t))
		run(t, func(co *coro.Co) error {
			require.ErrorIs(t, coro.Await(co, other), coro.ErrOtherLoop)
			return nil
		})
	})
}

// laterEnd ends f in the next iteration.
func laterEnd(f *future.Future[int], end func()) {
	stopped := future.New[int](f.Core())
	stopped.AddDoneCallback(end)
	_ = stopped.SetResult(0)
}
