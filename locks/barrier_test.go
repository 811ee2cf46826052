package locks_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/locks"
)

const parties = 5

// together runs f in n tasks and waits for them.
func together(t *testing.T, co *coro.Co, n int, f func(co *coro.Co) error) {
	t.Helper()
	var tasks []*coro.Task[coro.None]
	for range n {
		tasks = append(tasks, testkit.Spawn(co, f))
	}
	testkit.Wait(t, co, tasks...)
}

// arrive is a Wait without the index.
func arrive(b *locks.Barrier) func(co *coro.Co) error {
	return func(co *coro.Co) error {
		_, err := b.Wait(co)
		return err
	}
}

// idle expects a barrier at which no task waits.
func idle(t *testing.T, b *locks.Barrier) {
	t.Helper()
	require.Zero(t, b.Waiting())
	require.False(t, b.Broken())
	require.Equal(t, locks.Filling, b.State())
}

func TestBarrier(t *testing.T) {
	// CPython: test_locks.BarrierTests.test_barrier_parties
	t.Run("without parties is refused", func(t *testing.T) {
		for _, n := range []int{0, -4} {
			func() {
				defer func() { require.ErrorIs(t, recover().(error), locks.ErrSize) }()
				locks.NewBarrier(n)
			}()
		}
		require.Equal(t, parties, locks.NewBarrier(parties).Parties())
	})
	t.Run("not made by NewBarrier is refused", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var b locks.Barrier
			require.Panics(t, func() { b.Wait(co) })
		})
	})
	// CPython: test_locks.BarrierTests.test_context_manager
	t.Run("gives each a different index", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			b := locks.NewBarrier(3)
			var got []int
			together(t, co, 3, func(co *coro.Co) error {
				i, err := b.Wait(co)
				got = append(got, i)
				return err
			})
			require.Equal(t, []int{2, 0, 1}, got, "the last to come is the first to go")
			idle(t, b)
		})
	})
	t.Run("gives an index twice if a place was given up", func(t *testing.T) { // as CPython does
		testkit.Run(t, func(co *coro.Co) {
			b := locks.NewBarrier(3)
			got := map[string]int{}
			come := func(name string) *coro.Task[coro.None] {
				task := testkit.Spawn(co, func(co *coro.Co) error {
					i, err := b.Wait(co)
					if err == nil {
						got[name] = i
					}
					return err
				})
				testkit.Pass(t, co, 1)
				return task
			}
			a, second := come("a"), come("b")
			a.Cancel()
			testkit.WaitCanceled(t, co, a)
			testkit.Wait(t, co, second, come("c"), come("d"))
			require.Equal(t, map[string]int{"b": 1, "c": 1, "d": 2}, got)
			idle(t, b)
		})
	})
	// CPython: test_locks.BarrierTests.test_filling_one_task
	// CPython: test_locks.BarrierTests.test_filling_one_task_twice
	t.Run("of one does not suspend", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			b := locks.NewBarrier(1)
			for range 2 {
				i, err := b.Wait(co)
				require.NoError(t, err)
				require.Zero(t, i)
				idle(t, b)
			}
			t1, t2 := testkit.Spawn(co, arrive(b)), testkit.Spawn(co, arrive(b))
			testkit.Pass(t, co, 1)
			done(t, t1, t2)
			idle(t, b)
		})
	})
	// CPython: test_locks.BarrierTests.test_filling_task_by_task
	t.Run("fills one by one", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			b := locks.NewBarrier(3)
			var tasks []*coro.Task[coro.None]
			for i := range 3 {
				require.Equal(t, i, b.Waiting())
				require.Equal(t, locks.Filling, b.State())
				tasks = append(tasks, testkit.Spawn(co, arrive(b)))
				testkit.Pass(t, co, 1)
			}
			testkit.Wait(t, co, tasks...)
			idle(t, b)
		})
	})
	// CPython: test_locks.BarrierTests.test_filling_tasks_wait_twice
	// CPython: test_locks.BarrierTests.test_filling_tasks_check_return_value
	t.Run("holds the second round together too", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			b := locks.NewBarrier(parties)
			var first, second []int
			together(t, co, parties, func(co *coro.Co) error {
				i, err := b.Wait(co)
				if err != nil {
					return err
				}
				first = append(first, i)
				if i, err = b.Wait(co); err != nil {
					return err
				}
				require.Len(t, first, parties)
				second = append(second, i)
				return nil
			})
			for _, got := range [][]int{first, second} {
				slices.Sort(got)
				require.Equal(t, []int{0, 1, 2, 3, 4}, got)
			}
			idle(t, b)
		})
	})
	// CPython: test_locks.BarrierTests.test_draining_state
	t.Run("drains until the last has left", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			b := locks.NewBarrier(parties)
			var states []locks.BarrierState
			together(t, co, parties, func(co *coro.Co) error {
				_, err := b.Wait(co)
				states = append(states, b.State())
				return err
			})
			d, f := locks.Draining, locks.Filling
			require.Equal(t, []locks.BarrierState{d, d, d, d, f}, states)
			idle(t, b)
		})
	})
	// CPython: test_locks.BarrierTests.test_blocking_tasks_while_draining
	t.Run("keeps newcomers back while it drains", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			const again = 2
			b, others := locks.NewBarrier(parties), locks.NewBarrier(parties-again)
			left := again
			together(t, co, parties, func(co *coro.Co) error {
				if _, err := b.Wait(co); err != nil {
					return err
				}
				if left > 0 {
					left--
				} else if _, err := others.Wait(co); err != nil {
					return err
				}
				_, err := b.Wait(co)
				return err
			})
			idle(t, b)
			idle(t, others)
		})
	})
	// CPython: test_locks.BarrierTests.test_filling_tasks_cancel_one
	t.Run("gives the place of a canceled task away", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			b := locks.NewBarrier(3)
			t1 := testkit.Spawn(co, arrive(b))
			testkit.Pass(t, co, 1)
			require.Equal(t, 1, b.Waiting())
			t2 := testkit.Spawn(co, arrive(b))
			testkit.Pass(t, co, 1)
			require.Equal(t, 2, b.Waiting())
			t1.Cancel()
			testkit.Pass(t, co, 1)
			require.Equal(t, 1, b.Waiting())
			testkit.WaitCanceled(t, co, t1)

			t3 := testkit.Spawn(co, arrive(b))
			testkit.Pass(t, co, 1)
			require.Equal(t, 2, b.Waiting())
			t4 := testkit.Spawn(co, arrive(b))
			testkit.Wait(t, co, t2, t3, t4)
			idle(t, b)
		})
	})
	t.Run("lets a newcomer be canceled while it drains", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			b := locks.NewBarrier(2)
			t1 := testkit.Spawn(co, arrive(b))
			testkit.Pass(t, co, 1)
			_, err := b.Wait(co)
			require.NoError(t, err)
			require.Equal(t, locks.Draining, b.State())
			t2 := testkit.Spawn(co, arrive(b), coro.Eager(true))
			t2.Cancel()
			testkit.WaitCanceled(t, co, t2)
			testkit.Wait(t, co, t1)
			idle(t, b)
		})
	})
	t.Run("lets a task go that was canceled after the last had come", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			b := locks.NewBarrier(2)
			t1 := testkit.Spawn(co, arrive(b))
			testkit.Pass(t, co, 1)
			i, err := b.Wait(co)
			require.NoError(t, err)
			require.Equal(t, 1, i)
			t1.Cancel()
			testkit.WaitCanceled(t, co, t1)
			idle(t, b)
		})
	})
}

func TestBarrierReset(t *testing.T) {
	// CPython: test_locks.BarrierTests.test_reset_barrier
	t.Run("of an idle barrier does nothing", func(t *testing.T) {
		b := locks.NewBarrier(1)
		b.Reset()
		idle(t, b)
	})
	// CPython: test_locks.BarrierTests.test_reset_barrier_while_tasks_waiting
	t.Run("sends those away who wait", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			b := locks.NewBarrier(parties)
			broken := 0
			var tasks []*coro.Task[coro.None]
			for range parties - 1 {
				tasks = append(tasks, testkit.Spawn(co, func(co *coro.Co) error {
					_, err := b.Wait(co)
					require.ErrorIs(t, err, locks.ErrBroken)
					broken++
					return nil
				}))
			}
			testkit.Pass(t, co, 1)
			b.Reset()
			require.Equal(t, locks.Resetting, b.State())
			testkit.Wait(t, co, tasks...)
			require.Equal(t, parties-1, broken)
			idle(t, b)
		})
	})
	// CPython: test_locks.BarrierTests.test_reset_barrier_when_tasks_half_draining
	t.Run("in the middle of draining sends the rest away", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			b := locks.NewBarrier(parties)
			passed, broken := 0, 0
			together(t, co, parties, func(co *coro.Co) error {
				_, err := b.Wait(co)
				if errors.Is(err, locks.ErrBroken) {
					broken++
					return nil
				}
				if passed++; passed == parties-parties/2 {
					b.Reset()
				}
				return err
			})
			require.Equal(t, parties/2, broken)
			idle(t, b)
		})
	})
	// CPython: test_locks.BarrierTests.test_reset_barrier_when_tasks_half_draining_half_blocking
	t.Run("in the middle of draining holds those back who come", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			b := locks.NewBarrier(parties)
			const blocking = parties / 2
			passed, broken, others := 0, 0, 0
			together(t, co, parties, func(co *coro.Co) error {
				_, err := b.Wait(co)
				switch {
				case errors.Is(err, locks.ErrBroken):
					broken++
				case err != nil:
					return err
				default:
					if passed++; passed > blocking {
						b.Reset()
					} else if _, err := b.Wait(co); errors.Is(err, locks.ErrBroken) {
						others++
						return nil
					} else {
						return err
					}
				}
				_, err = b.Wait(co)
				return err
			})
			require.Equal(t, blocking, broken)
			require.Zero(t, others)
			idle(t, b)
		})
	})
	// CPython: test_locks.BarrierTests.test_reset_barrier_while_tasks_waiting_and_waiting_again
	t.Run("lets those come again whom it sent away", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			b := locks.NewBarrier(parties)
			broken, passed := 0, 0
			var tasks []*coro.Task[coro.None]
			for range parties - 1 {
				tasks = append(tasks, testkit.Spawn(co, func(co *coro.Co) error {
					if _, err := b.Wait(co); errors.Is(err, locks.ErrBroken) {
						broken++
					}
					_, err := b.Wait(co)
					passed++
					return err
				}))
			}
			testkit.Pass(t, co, 1)
			b.Reset()
			tasks = append(tasks, testkit.Spawn(co, func(co *coro.Co) error {
				_, err := b.Wait(co)
				passed++
				return err
			}))
			testkit.Wait(t, co, tasks...)
			require.Equal(t, parties-1, broken)
			require.Equal(t, parties, passed)
			idle(t, b)
		})
	})
	// CPython: test_locks.BarrierTests.test_reset_barrier_while_tasks_draining
	t.Run("by the last to leave disturbs nobody", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			b := locks.NewBarrier(parties)
			left := 0
			together(t, co, parties, func(co *coro.Co) error {
				if _, err := b.Wait(co); err != nil {
					return err
				}
				if left++; left == parties {
					b.Reset()
				}
				for range 2 {
					if _, err := b.Wait(co); err != nil {
						return err
					}
				}
				return nil
			})
			idle(t, b)
		})
	})
}

func TestBarrierAbort(t *testing.T) {
	// CPython: test_locks.BarrierTests.test_abort_barrier
	t.Run("breaks it until it is reset", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			b := locks.NewBarrier(1)
			b.Abort()
			require.Zero(t, b.Waiting())
			require.True(t, b.Broken())
			_, err := b.Wait(co)
			require.ErrorIs(t, err, locks.ErrBroken)
			b.Reset()
			_, err = b.Wait(co)
			require.NoError(t, err)
		})
	})
	// CPython: test_locks.BarrierTests.test_abort_barrier_when_tasks_half_draining_half_blocking
	t.Run("in the middle of draining sends everybody away", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			b := locks.NewBarrier(parties)
			const blocking = parties / 2
			passed, draining, blocked := 0, 0, 0
			together(t, co, parties, func(co *coro.Co) error {
				_, err := b.Wait(co)
				switch {
				case errors.Is(err, locks.ErrBroken):
					draining++
					return nil
				case err != nil:
					return err
				}
				if passed++; passed > blocking {
					b.Abort()
					return nil
				}
				_, err = b.Wait(co)
				require.ErrorIs(t, err, locks.ErrBroken)
				blocked++
				return nil
			})
			require.True(t, b.Broken())
			require.Equal(t, blocking, draining)
			require.Equal(t, parties-blocking-1, blocked)
			require.Zero(t, b.Waiting())
		})
	})
	// CPython: test_locks.BarrierTests.test_abort_barrier_when_exception
	t.Run("after an error of one of the parties frees the others", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			b := locks.NewBarrier(parties)
			passed, broken := 0, 0
			together(t, co, parties, func(co *coro.Co) error {
				i, err := b.Wait(co)
				if err == nil && i == parties/2 {
					b.Abort()
					return nil
				}
				if err == nil {
					_, err = b.Wait(co)
				}
				if errors.Is(err, locks.ErrBroken) {
					broken++
					return nil
				}
				passed++
				return err
			})
			require.True(t, b.Broken())
			require.Zero(t, passed)
			require.Equal(t, parties-1, broken)
			require.Zero(t, b.Waiting())
		})
	})
	// CPython: test_locks.BarrierTests.test_abort_barrier_when_exception_then_resetting
	t.Run("and reset make it as new", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			b, sync := locks.NewBarrier(parties), locks.NewBarrier(parties)
			broken, passed := 0, 0
			together(t, co, parties, func(co *coro.Co) error {
				i, err := b.Wait(co)
				if err == nil && i == parties/2 {
					b.Abort()
				} else {
					if err == nil {
						_, err = b.Wait(co)
					}
					require.ErrorIs(t, err, locks.ErrBroken)
					broken++
				}
				// All tasks have left before the reset, and come after it.
				if i, err = sync.Wait(co); err != nil {
					return err
				}
				if i == parties/2 {
					b.Reset()
				}
				if _, err = sync.Wait(co); err != nil {
					return err
				}
				_, err = b.Wait(co)
				passed++
				return err
			})
			require.Equal(t, parties-1, broken)
			require.Equal(t, parties, passed)
			idle(t, b)
		})
	})
}
