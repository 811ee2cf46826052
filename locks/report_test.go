package locks_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
)

func nothing(*loop.Loop, future.ErrorContext) {}

func TestOwner(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		var mu locks.Lock
		require.Nil(t, mu.Owner())
		a := testkit.Spawn(co, mu.Acquire, coro.Name("a"))
		b := testkit.Spawn(co, mu.Acquire, coro.Name("b"))
		c := testkit.Spawn(co, mu.Acquire, coro.Name("c"))
		testkit.Pass(t, co, 2)
		require.Equal(t, coro.AnyTask(a), mu.Owner(), "even after its end")
		require.Equal(t, []string{"b", "c"}, names(mu.Waiters()))
		require.NoError(t, mu.Release())
		require.Nil(t, mu.Owner())
		testkit.Pass(t, co, 1)
		require.Equal(t, coro.AnyTask(b), mu.Owner())
		require.Equal(t, []string{"c"}, names(mu.Waiters()))
		c.Cancel()
		testkit.Pass(t, co, 1)
		require.Empty(t, mu.Waiters())

		cond := locks.NewCondition(&mu)
		require.Equal(t, coro.AnyTask(b), cond.Owner())
	})
}

func TestHolders(t *testing.T) {
	t.Run("are those who did not release", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			sem := locks.NewSemaphore(3)
			holding := func(times int) func(co *coro.Co) error {
				return func(co *coro.Co) error {
					for range times {
						if err := sem.Acquire(co); err != nil {
							return err
						}
					}
					for range times {
						if err := coro.Sleep(co, ms); err != nil {
							return err
						}
						sem.Release()
					}
					return nil
				}
			}
			testkit.Spawn(co, holding(1), coro.Name("a"))
			testkit.Spawn(co, holding(2), coro.Name("b"))
			testkit.Spawn(co, holding(1), coro.Name("c"))
			testkit.Pass(t, co, 1)
			require.Equal(t, []string{"a", "b", "b"}, names(sem.Holders()))
			require.Equal(t, []string{"c"}, names(sem.Waiters()))
			require.NoError(t, coro.Sleep(co, ms))
			testkit.Pass(t, co, 1)
			require.Equal(t, []string{"b", "c"}, names(sem.Holders()))
			require.NoError(t, coro.Sleep(co, 2*ms))
			require.Empty(t, sem.Holders())
		})
	})
	t.Run("lose their place to a release from elsewhere", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			sem := locks.NewSemaphore(2)
			testkit.Spawn(co, sem.Acquire, coro.Name("a"))
			testkit.Spawn(co, sem.Acquire, coro.Name("b"))
			testkit.Pass(t, co, 1)
			require.Equal(t, []string{"a", "b"}, names(sem.Holders()))
			sem.Release()
			require.Equal(t, []string{"b"}, names(sem.Holders()))
		})
	})
	t.Run("are no more than the initial value", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			signal := locks.NewSemaphore(0)
			for range 3 {
				signal.Release()
			}
			for range 3 {
				require.NoError(t, signal.Acquire(co))
			}
			require.Empty(t, signal.Holders(), "a semaphore that begins at zero is a signal")
			many := locks.NewSemaphore(1000)
			require.NoError(t, many.Acquire(co))
			require.Empty(t, many.Holders())
		})
	})
}

// CPython: test_locks.LockTests.test_repr
// CPython: test_locks.EventTests.test_repr
// CPython: test_locks.ConditionTests.test_repr
// CPython: test_locks.SemaphoreTests.test_repr
func TestString(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		var mu locks.Lock
		require.Equal(t, "<Lock [unlocked]>", mu.String())
		mu.SetName("db")
		require.Equal(t, "db", mu.Name())
		require.NoError(t, mu.Acquire(co))
		require.Equal(t, `<Lock "db" [locked]>`, mu.String())
		waiter := testkit.Spawn(co, mu.Acquire)
		testkit.Pass(t, co, 1)
		require.Equal(t, `<Lock "db" [locked, waiters:1]>`, mu.String())
		require.NoError(t, mu.Release())
		testkit.Wait(t, co, waiter)

		var ev locks.Event
		require.Equal(t, "<Event [unset]>", ev.String())
		waiter = testkit.Spawn(co, ev.Wait)
		testkit.Pass(t, co, 1)
		ev.Set()
		require.Equal(t, "<Event [set, waiters:1]>", ev.String())
		testkit.Wait(t, co, waiter)

		var cond locks.Condition
		cond.SetName("changed")
		require.Equal(t, `<Condition "changed" [unlocked]>`, cond.String())
		require.NoError(t, cond.Acquire(co))
		require.Equal(t, `<Condition "changed" [locked]>`, cond.String())
		waiter = testkit.Spawn(co, cond.Wait)
		testkit.Pass(t, co, 1)
		require.Equal(t, `<Condition "changed" [unlocked, waiters:1]>`, cond.String())
		waiter.Cancel()

		sem := locks.NewSemaphore(1)
		require.Equal(t, "<Semaphore [unlocked, value:1]>", sem.String())
		require.NoError(t, sem.Acquire(co))
		require.Equal(t, "<Semaphore [locked]>", sem.String())
		waiter = testkit.Spawn(co, sem.Acquire)
		testkit.Pass(t, co, 1)
		require.Equal(t, "<Semaphore [locked, waiters:1]>", sem.String())
		waiter.Cancel()
		require.Equal(t, "<BoundedSemaphore [locked]>", locks.NewBoundedSemaphore(0).String())
	})
}

// CPython: test_locks.BarrierTests.test_repr
// CPython: test_locks.BarrierTests.test_barrier
func TestBarrierString(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		b := locks.NewBarrier(parties)
		b.SetName("gate")
		var tasks []*coro.Task[coro.None]
		come := func(n int) {
			for range n {
				tasks = append(tasks, testkit.Spawn(co, arrive(b)))
			}
			testkit.Pass(t, co, 1)
		}
		require.Equal(t, `<Barrier "gate" [filling, waiters:0/5]>`, b.String())
		come(2)
		require.Equal(t, `<Barrier "gate" [filling, waiters:2/5]>`, b.String())
		come(3)
		require.Equal(t, `<Barrier "gate" [draining, waiters:0/5]>`, b.String())
		come(2)
		b.Reset()
		require.Equal(t, `<Barrier "gate" [resetting, waiters:0/5]>`, b.String())
		come(2)
		b.Abort()
		require.Equal(t, `<Barrier "gate" [broken]>`, b.String())
		_, err := coro.GatherSettled(co, coro.Each[coro.None](tasks)...).Await(co)
		require.NoError(t, err)
		require.Equal(t, "invalid", locks.BarrierState(9).String())
	})
}

// The report of a deadlock has every task's wait, and the tasks that could end it.
func TestDeadlockReport(t *testing.T) {
	var a, b locks.Lock
	a.SetName("a")
	b.SetName("b")
	var ev locks.Event
	ev.SetName("ready")
	var cond locks.Condition
	cond.SetName("changed")
	sem, bar := locks.NewSemaphore(1), locks.NewBarrier(3)
	sem.SetName("slots")
	bar.SetName("gate")
	inOrder := func(first, second *locks.Lock) func(co *coro.Co) error {
		return func(co *coro.Co) error {
			return first.With(co, func() error {
				if err := coro.Sleep(co, ms); err != nil {
					return err
				}
				return second.Acquire(co)
			})
		}
	}
	var report *loop.DeadlockError
	err := loop.Main(func(co *coro.Co) error {
		testkit.Spawn(co, inOrder(&a, &b), coro.Name("left"))
		testkit.Spawn(co, inOrder(&b, &a), coro.Name("right"))
		testkit.Spawn(co, sem.Acquire, coro.Name("ended"))
		testkit.Spawn(co, sem.Acquire, coro.Name("late"))
		testkit.Spawn(co, arrive(bar), coro.Name("early"))
		testkit.Spawn(co, func(co *coro.Co) error {
			return cond.With(co, func() error { return cond.Wait(co) })
		}, coro.Name("watcher"))
		return ev.Wait(co)
	}, loop.VirtualTime(true), loop.Interrupts(false), loop.OnException(nothing))
	require.True(t, errors.As(err, &report))
	var got []string
	for _, w := range report.Tasks {
		got = append(got, fmt.Sprint(w.Name, " waits for ", w.On, " of ", w.Holders))
	}
	require.Equal(t, []string{
		`Task-1 waits for event "ready" of []`,
		`left waits for lock "b" of [task "right"]`,
		`right waits for lock "a" of [task "left"]`,
		`late waits for semaphore "slots" of [task "ended" (which has ended)]`,
		`early waits for barrier "gate" (filling, 1 of 3) of []`,
		`watcher waits for a notification of condition "changed" of []`,
	}, got)
}

// The errors of what has a name tell it; of what has none they are the sentinels themselves.
func TestNameInErrors(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		for _, named := range []bool{false, true} {
			var mu locks.Lock
			var changed locks.Condition
			bounded := locks.NewBoundedSemaphore(1)
			barrier := locks.NewBarrier(2)
			barrier.Abort()
			if named {
				for _, n := range []interface{ SetName(string) }{&mu, &changed, bounded, barrier} {
					n.SetName("a")
				}
			}
			for _, test := range []struct {
				got, is error
				kind    string
			}{
				{mu.Release(), locks.ErrNotAcquired, "lock"},
				{mu.With(co, mu.Release), locks.ErrNotAcquired, "lock"},
				{changed.Release(), locks.ErrNotAcquired, "lock"},
				{changed.Notify(1), locks.ErrNotAcquired, "condition"},
				{changed.NotifyAll(), locks.ErrNotAcquired, "condition"},
				{changed.Wait(co), locks.ErrNotAcquired, "condition"},
				{bounded.Release(), locks.ErrTooManyReleases, "semaphore"},
				{second(barrier.Wait(co)), locks.ErrBroken, "barrier"},
			} {
				if named {
					require.ErrorIs(t, test.got, test.is)
					require.EqualError(t, test.got, fmt.Sprintf("%v: %s %q", test.is, test.kind, "a"))
				} else {
					require.Same(t, test.is, test.got)
				}
			}
		}
	})
}

func second(_ int, err error) error { return err }

// Waiting is how many tasks wait, of whatever kind the primitive is. That of a Barrier is how
// many it holds.
func TestWaiting(t *testing.T) {
	type primitive interface {
		Waiting() int
		Waiters() []coro.AnyTask
	}
	var mu locks.Lock
	var ev locks.Event
	var changed locks.Condition
	sem, bounded, bar := locks.NewSemaphore(0), locks.NewBoundedSemaphore(0), locks.NewBarrier(9)
	for _, test := range []struct {
		kind string
		p    primitive
		wait func(co *coro.Co) error
	}{
		{"Lock", &mu, mu.Acquire},
		{"Event", &ev, ev.Wait},
		{"Condition", &changed, func(co *coro.Co) error {
			return changed.With(co, func() error { return changed.WaitFor(co, func() bool { return false }) })
		}},
		{"Semaphore", sem, sem.Acquire},
		{"BoundedSemaphore", bounded, bounded.Acquire},
		{"Barrier", bar, arrive(bar)},
	} {
		t.Run(test.kind, func(t *testing.T) {
			testkit.Run(t, func(co *coro.Co) {
				if test.kind == "Lock" {
					require.NoError(t, mu.Acquire(co))
				}
				require.Zero(t, test.p.Waiting())
				var tasks []*coro.Task[coro.None]
				for n := range 3 {
					tasks = append(tasks, testkit.Spawn(co, test.wait))
					testkit.Pass(t, co, 1)
					require.Equal(t, n+1, test.p.Waiting())
					require.Len(t, test.p.Waiters(), n+1)
				}
				tasks[1].Cancel()
				require.Equal(t, 3, test.p.Waiting(), "it has yet to run")
				testkit.WaitCanceled(t, co, tasks[1])
				require.Equal(t, 2, test.p.Waiting())
				tasks[0].Cancel()
				tasks[2].Cancel()
				testkit.WaitCanceled(t, co, tasks[0], tasks[2])
				require.Zero(t, test.p.Waiting())
				require.Zero(t, testing.AllocsPerRun(10, func() { test.p.Waiting() }))
			})
		})
	}
}
