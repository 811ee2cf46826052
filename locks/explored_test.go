package locks_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/looptest"
)

// Of what lets some in at a time it never lets in more, nobody is forgotten in line, nobody
// overtakes, and it is free in the end.
func TestExploredLocks(t *testing.T) {
	for name, test := range map[string]struct {
		make  func() lockable
		limit int
	}{
		"Lock":             {func() lockable { return new(locks.Lock) }, 1},
		"Semaphore":        {func() lockable { return locks.NewSemaphore(2) }, 2},
		"BoundedSemaphore": {func() lockable { return locks.NewBoundedSemaphore(2) }, 2},
		"Condition":        {func() lockable { c := new(locks.Condition); return &conditionLock{c} }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			testkit.Explore(t, 1500, func(t *looptest.T, co *coro.Co) error {
				l, inside := test.make(), 0
				free := fmt.Sprint(l)
				var came, entered []int
				t.Always(func() { require.LessOrEqual(t, inside, test.limit) })
				t.Finally(func() {
					require.Zero(t, inside)
					require.Equal(t, free, fmt.Sprint(l))
					require.Empty(t, l.Waiters())
					require.Equal(t, kept(came, entered), entered, "of those that came, in order")
				})
				guest := func(n int) func(co *coro.Co) error {
					return func(co *coro.Co) error {
						if err := t.Delay(co, ms, 2*ms); err != nil {
							return err
						}
						came = append(came, n)
						return l.With(co, func() error {
							entered = append(entered, n)
							inside++
							defer func() { inside-- }()
							return coro.Sleep(co, 2*ms)
						})
					}
				}
				return testkit.All(t, co, 4*ms, guest(0), guest(1), guest(2), guest(3))
			})
		})
	}
}

// kept are those of came that are in entered too.
func kept(came, entered []int) []int {
	var out []int
	for _, n := range came {
		if slices.Contains(entered, n) {
			out = append(out, n)
		}
	}
	return out
}

// conditionLock is a condition as the lock that it has.
type conditionLock struct{ *locks.Condition }

func (conditionLock) Waiters() []coro.AnyTask { return nil }

// A notification reaches somebody who is there to look: nobody waits for what has come, nothing is
// taken twice, and who comes out of a wait has the lock.
func TestExploredCondition(t *testing.T) {
	testkit.Explore(t, 1500, func(t *looptest.T, co *coro.Co) error {
		var c locks.Condition
		made, items, taken, over := 0, 0, 0, false
		t.Finally(func() {
			require.Equal(t, made, items+taken)
			require.False(t, c.Locked())
			require.Empty(t, c.Waiters())
		})
		produce := func(co *coro.Co) error {
			if err := t.Delay(co, ms, 2*ms); err != nil {
				return err
			}
			return c.With(co, func() error {
				made++
				items++
				return errors.Join(c.Notify(1), coro.Sleep(co, ms))
			})
		}
		consume := func(co *coro.Co) error {
			return c.With(co, func() error {
				require.Same(t, co.Task(), c.Owner())
				err := c.WaitFor(co, func() bool { return items > 0 || over })
				require.Same(t, co.Task(), c.Owner())
				if err == nil && items > 0 {
					items--
					taken++
				}
				return err
			})
		}
		end := func(co *coro.Co) error { // there are two, as one may be canceled
			_ = coro.Sleep(co, 10*ms)
			for quiet := 0; quiet < 10; quiet++ { // until whoever is woken has run
				_ = coro.Sleep(co, 0)
				if c.Locked() {
					quiet = 0
					_ = coro.Sleep(co, ms)
				}
			}
			require.False(t, items > 0 && len(c.Waiters()) > 0, "somebody waits for what is there")
			for !over {
				_ = c.With(co, func() error {
					over = true
					return c.NotifyAll()
				})
			}
			return nil
		}
		return testkit.All(t, co, 4*ms, consume, consume, consume, produce, produce, end, end)
	})
}

// Who waits for an event is let through when it is set, although it is cleared at once. Who comes
// later waits for the next time.
func TestExploredEvent(t *testing.T) {
	testkit.Explore(t, 1500, func(t *looptest.T, co *coro.Co) error {
		var e locks.Event
		t.Finally(func() { require.Empty(t, e.Waiters()) })
		sets := 0
		var next loop.TimerHandle
		var set func()
		set = func() {
			sets++
			e.Set()
			e.Clear()
			next = t.Loop().CallLater(ms+ms/2, set)
		}
		set()
		defer func() { next.Cancel() }()
		wait := func(co *coro.Co) error {
			if err := t.Delay(co, ms, 2*ms); err != nil {
				return err
			}
			before := sets
			err := e.Wait(co)
			if err == nil {
				require.Greater(t, sets, before)
			}
			return err
		}
		return testkit.All(t, co, 4*ms, wait, wait, wait)
	})
}

// A barrier lets through as many as it is for, each with an index of its own, and holds nobody in
// the end.
func TestExploredBarrier(t *testing.T) {
	testkit.Explore(t, 1500, func(t *looptest.T, co *coro.Co) error {
		b := locks.NewBarrier(2)
		through, gone := 0, 0
		t.Finally(func() {
			require.Zero(t, b.Waiting())
			require.Empty(t, b.Waiters())
			if !b.Broken() {
				require.Equal(t, 4, through)
			}
		})
		party := func(co *coro.Co) error {
			defer func() {
				if gone++; through < gone { // the others would wait for this one
					b.Abort()
				}
			}()
			if err := t.Delay(co, ms, 2*ms); err != nil {
				return err
			}
			_, err := b.Wait(co)
			if err == nil {
				through++
			}
			if errors.Is(err, locks.ErrBroken) {
				return nil
			}
			return err
		}
		abort := func(co *coro.Co) error { // should one have never begun
			err := coro.Sleep(co, 10*ms)
			if through < 4 {
				b.Abort()
			}
			return err
		}
		return testkit.All(t, co, 4*ms, party, party, party, party, abort)
	})
}
