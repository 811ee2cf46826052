package coro_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// A waitingRoom is a line of tasks that note when they are called.
type waitingRoom struct {
	line   coro.Waiters
	called []string
}

func (w *waitingRoom) Describe() string { return "a call" }

func (w *waitingRoom) wait(co *coro.Co) error {
	woken, err := w.line.Wait(co, w)
	switch {
	case err == nil:
		w.called = append(w.called, co.Name())
	case woken:
		w.called = append(w.called, co.Name()+" too late")
	default:
		w.called = append(w.called, co.Name()+" canceled")
	}
	return err
}

// enter makes a task for each name, and lets them get in line.
func (w *waitingRoom) enter(t *testing.T, co *coro.Co, names ...string) map[string]*coro.Task[coro.None] {
	t.Helper()
	tasks := map[string]*coro.Task[coro.None]{}
	for _, name := range names {
		tasks[name] = coro.CreateTask(co, coro.Do(w.wait), coro.Name(name))
	}
	require.NoError(t, coro.Sleep(co, 0))
	return tasks
}

func (w *waitingRoom) names() []string {
	var names []string
	for _, task := range w.line.Tasks() {
		names = append(names, task.Name())
	}
	return names
}

func TestWaiters(t *testing.T) {
	for _, test := range []struct {
		name   string
		wake   func(w *waitingRoom, tasks map[string]*coro.Task[coro.None])
		called []string
		left   []string
	}{
		{"wakes the first ones", func(w *waitingRoom, _ map[string]*coro.Task[coro.None]) {
			require.Equal(t, 0, w.line.Wake(0))
			require.Equal(t, 2, w.line.Wake(2))
		}, []string{"a", "b"}, []string{"c", "d"}},
		{"wakes each once", func(w *waitingRoom, _ map[string]*coro.Task[coro.None]) {
			require.Equal(t, 1, w.line.Wake(1))
			require.Equal(t, 1, w.line.Wake(1))
			require.Equal(t, 2, w.line.Wake(9))
			require.Equal(t, 0, w.line.Wake(9))
			w.line.WakeAll()
		}, []string{"a", "b", "c", "d"}, nil},
		{"wakes all", func(w *waitingRoom, _ map[string]*coro.Task[coro.None]) { w.line.WakeAll() },
			[]string{"a", "b", "c", "d"}, nil},
		{"wakes nobody but the first", func(w *waitingRoom, _ map[string]*coro.Task[coro.None]) {
			w.line.WakeFirst()
			w.line.WakeFirst()
		}, []string{"a"}, []string{"b", "c", "d"}},
		{"wakes nobody for a first who was canceled", func(w *waitingRoom, tasks map[string]*coro.Task[coro.None]) {
			tasks["a"].Cancel()
			w.line.WakeFirst()
		}, []string{"a canceled"}, []string{"b", "c", "d"}},
		{"passes over those who were canceled", func(w *waitingRoom, tasks map[string]*coro.Task[coro.None]) {
			tasks["a"].Cancel()
			tasks["c"].Cancel()
			require.Equal(t, 2, w.line.Wake(2))
		}, []string{"a canceled", "c canceled", "b", "d"}, nil},
		{"tells who was woken before it was canceled", func(w *waitingRoom, tasks map[string]*coro.Task[coro.None]) {
			w.line.Wake(1)
			tasks["a"].Cancel()
		}, []string{"a too late"}, []string{"b", "c", "d"}},
		{"keeps who was canceled until it runs", func(w *waitingRoom, tasks map[string]*coro.Task[coro.None]) {
			for _, task := range tasks {
				require.False(t, w.line.AllCanceled())
				task.Cancel()
			}
			require.True(t, w.line.AllCanceled())
			require.False(t, w.line.Empty())
			require.Equal(t, 4, w.line.Len())
			require.Equal(t, []string{"a", "b", "c", "d"}, w.names())
		}, nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			run(t, func(co *coro.Co) error {
				var w waitingRoom
				require.True(t, w.line.Empty())
				tasks := w.enter(t, co, "a", "b", "c", "d")
				require.Equal(t, 4, w.line.Len())
				test.wake(&w, tasks)
				require.NoError(t, coro.Sleep(co, 0))
				if test.called != nil {
					require.Equal(t, test.called, w.called)
				}
				require.Equal(t, test.left, w.names())
				require.Equal(t, len(test.left), w.line.Len())
				require.Equal(t, len(test.left) == 0, w.line.AllCanceled())

				// Those who come later are reached too.
				w.called = nil
				w.enter(t, co, "e")
				w.line.WakeAll()
				require.NoError(t, coro.Sleep(co, 0))
				require.Equal(t, append(test.left, "e"), w.called)
				require.True(t, w.line.Empty())
				return nil
			})
		})
	}
}

// A wait allocates nothing once others have come and gone.
func TestWaitersAllocateNothing(t *testing.T) {
	run(t, func(co *coro.Co) error {
		var w waitingRoom
		w.enter(t, co, "first")
		w.line.WakeAll()
		require.NoError(t, coro.Sleep(co, 0))
		loop.Of(co).CallLater(time.Second, func() {})
		wake := func() { w.line.WakeAll() }
		require.Zero(t, testing.AllocsPerRun(100, func() {
			loop.Of(co).CallSoon(wake)
			if _, err := w.line.Wait(co, &w); err != nil {
				panic(err)
			}
		}))
		return nil
	})
}

// A crowd that came once is not kept in memory for ever, nor does a wait in it go
// wrong.
func TestWaitersCrowd(t *testing.T) {
	run(t, func(co *coro.Co) error {
		var w waitingRoom
		for range 3 {
			var tasks []*coro.Task[coro.None]
			for range 100 {
				tasks = append(tasks, coro.CreateTask(co, coro.Do(w.wait)))
			}
			require.NoError(t, coro.Sleep(co, 0))
			for i, task := range tasks {
				if i%3 == 0 {
					task.Cancel()
				}
			}
			require.Equal(t, 66, w.line.Wake(1000))
			_, _, err := coro.Wait(co, tasks)
			require.NoError(t, err)
			require.True(t, w.line.Empty())
		}
		return nil
	})
}

func TestBound(t *testing.T) {
	var w waitingRoom
	var b coro.Bound
	for i := range 2 {
		run(t, func(co *coro.Co) error {
			err := b.Bind(co, &w)
			if i == 0 {
				require.NoError(t, err)
				require.NoError(t, b.Bind(co, &w))
				return nil
			}
			require.ErrorIs(t, err, coro.ErrOtherLoop)
			require.ErrorContains(t, err, "a call is bound to a different event loop")
			return nil
		})
	}
}

// A coroutine that its loop tears down is in line no longer.
func TestWaitersClose(t *testing.T) {
	l := loop.New(loop.VirtualTime(true), loop.OnException(func(*loop.Loop, future.ErrorContext) {}))
	var w waitingRoom
	for range 3 {
		coro.CreateTask(l, coro.Do(w.wait))
	}
	require.ErrorAs(t, l.RunForever(), new(*loop.DeadlockError))
	require.Equal(t, 3, w.line.Len())
	require.NoError(t, l.Close())
	require.True(t, w.line.Empty())
	require.Empty(t, w.called)
}

// A refused wait leaves the line as it was. The role of a task that has awaited itself is
// refused, as that task is.
func TestWaitersRefuse(t *testing.T) {
	run(t, func(co *coro.Co) error {
		var w waitingRoom
		task := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			_, err := co.Task().(*coro.Task[coro.None]).Await(co)
			require.ErrorIs(t, err, coro.ErrAwaitSelf)
			return coro.Sleep(co, ms)
		}))
		testkit.Pass(t, co, 2)
		_, err := w.line.Wait(co, task.Core().Role())
		require.ErrorIs(t, err, coro.ErrAwaitSelf)
		require.True(t, w.line.Empty())

		w.enter(t, co, "a")
		require.Equal(t, 1, w.line.Wake(9))
		require.NoError(t, coro.Sleep(co, 0))
		require.Equal(t, []string{"a"}, w.called)
		require.NoError(t, coro.Sleep(co, 2*ms))
		return task.Err()
	})
}
