package looptest_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/looptest"
	"github.com/ouro-loop/ouro/queues"
)

// A small program shares two numbers and what its things hold, and comes to an outcome.
type small struct {
	t      *looptest.T
	a, b   int
	things []any // also shared
}

func (s *small) digest() uint64 {
	return looptest.Digest(append([]any{s.a, s.b}, s.things...)...)
}

// side runs functions as tasks of a group.
func side(co *coro.Co, fs ...func(co *coro.Co) error) error {
	return coro.Group(co, func(g *coro.TaskGroup) error {
		for _, f := range fs {
			coro.CreateTask(g, coro.Do(f))
		}
		return nil
	})
}

const ms = time.Millisecond

// lost is an update that may be lost: what is read before a wait is written after it.
func (s *small) lost(plus int, d time.Duration) func(co *coro.Co) error {
	return func(co *coro.Co) error {
		before := s.a
		if err := coro.Sleep(co, d); err != nil {
			return err
		}
		s.a = before + plus
		return nil
	}
}

// then does something after a time.
func then(d time.Duration, do func()) func(co *coro.Co) error {
	return func(co *coro.Co) error {
		if err := coro.Sleep(co, d); err != nil {
			return err
		}
		do()
		return nil
	}
}

// join adds a digit.
func join(n *int, digit int) func() { return func() { *n = *n*10 + digit } }

// programs have a state each that is easily forgotten: what is looked at without a wait, what is
// under way, what was asked for and has not come yet.
var programs = map[string]func(s *small, co *coro.Co) error{
	"equal sleeps": func(s *small, co *coro.Co) error {
		return side(co, then(ms, join(&s.a, 1)), then(ms, join(&s.a, 2)), then(ms, join(&s.a, 3)))
	},
	"lost updates": func(s *small, co *coro.Co) error {
		return side(co, s.lost(1, ms), s.lost(2, ms), then(ms, func() { s.a *= 3 }))
	},
	"two rounds": func(s *small, co *coro.Co) error {
		round := func(plus int) func(co *coro.Co) error {
			return func(co *coro.Co) error {
				return errors.Join(s.lost(plus, ms)(co), s.lost(plus, ms)(co))
			}
		}
		return side(co, round(1), round(3))
	},
	"a lock": func(s *small, co *coro.Co) error {
		var mu locks.Lock
		s.things = append(s.things, &mu)
		locked := func(plus int, d time.Duration) func(co *coro.Co) error {
			return func(co *coro.Co) error {
				if err := coro.Sleep(co, d); err != nil {
					return err
				}
				return mu.With(co, func() error { return s.lost(plus, ms)(co) })
			}
		}
		return side(co, locked(1, ms), locked(2, ms), then(2*ms, func() {
			if mu.Locked() { // without a wait
				s.b = s.a
			}
		}))
	},
	"a queue": func(s *small, co *coro.Co) error {
		q := queues.New[int](1)
		s.things = append(s.things, q)
		get := func(co *coro.Co) error {
			v, err := q.Get(co)
			s.a = s.a*10 + v
			return err
		}
		put := func(v int) func(co *coro.Co) error {
			return func(co *coro.Co) error {
				if err := coro.Sleep(co, ms); err != nil {
					return err
				}
				return q.Put(co, v)
			}
		}
		return side(co, get, get, put(1), put(2))
	},
	"a queue without a wait": func(s *small, co *coro.Co) error {
		q := queues.New[int](0)
		s.things = append(s.things, q)
		return side(co, then(ms, func() { _ = q.PutNowait(1) }), then(ms, func() { _ = q.PutNowait(2) }),
			then(ms, func() { s.b = q.Len() }), then(2*ms, func() { s.a, _ = q.GetNowait() }))
	},
	"a future that is polled": func(s *small, co *coro.Co) error {
		f := loop.CreateFuture[int](loop.Of(co))
		s.things = append(s.things, looked{f})
		return side(co, then(ms, func() { future.Resolve(f, 7) }), then(ms, func() {
			if f.Done() {
				s.a = 1
			}
		}), then(2*ms, func() { s.b, _ = f.Result() }))
	},
	"a task that is looked at": func(s *small, co *coro.Co) error {
		return coro.Group(co, func(g *coro.TaskGroup) error {
			task := coro.CreateTask(g, coro.Do(then(ms, join(&s.a, 1))))
			s.things = append(s.things, looked{task})
			coro.CreateTask(g, coro.Do(then(ms, func() {
				if task.Done() {
					s.b = 1
				}
			})))
			return coro.Sleep(co, ms)
		})
	},
	"a timeout": func(s *small, co *coro.Co) error {
		err := coro.Timeout(co, ms, func(*coro.TimeoutScope) error { return then(ms, join(&s.a, 1))(co) })
		if future.IsTimeout(err) {
			s.b = 1
			return nil
		}
		return err
	},
	"a cancellation that is pending": func(s *small, co *coro.Co) error {
		task := coro.CreateTask(co, coro.Do(then(ms, join(&s.a, 1))))
		return side(co, then(ms, func() { task.Cancel() }), then(ms, join(&s.a, 2)), func(co *coro.Co) error {
			if _, err := task.Await(co); future.IsCanceled(err) {
				s.b = 1
			}
			return nil
		})
	},
	"a group that is aborted": func(s *small, co *coro.Co) error {
		failed := errors.New("failed")
		cleanup := func(digit int) func(co *coro.Co) error {
			return func(co *coro.Co) error {
				err := coro.Sleep(co, time.Second)
				join(&s.a, digit)()
				return err
			}
		}
		err := side(co, cleanup(1), cleanup(2), cleanup(3), func(co *coro.Co) error {
			return errors.Join(coro.Sleep(co, ms), failed)
		})
		if !errors.Is(err, failed) {
			return err
		}
		return nil
	},
	"as completed": func(s *small, co *coro.Co) error {
		digit := func(n int) coro.Awaitable[int] {
			return coro.Func[int](func(co *coro.Co) (int, error) { return n, coro.Sleep(co, ms) })
		}
		for next := range coro.AsCompleted(co, coro.Forever, digit(1), digit(2)) {
			n, err := next(co)
			if err != nil {
				return err
			}
			join(&s.a, n)()
		}
		return nil
	},
	"an event": func(s *small, co *coro.Co) error {
		var e locks.Event
		s.things = append(s.things, &e)
		wait := func(digit int) func(co *coro.Co) error {
			return func(co *coro.Co) error {
				if err := coro.Sleep(co, ms); err != nil {
					return err
				}
				if e.IsSet() {
					s.b++
				}
				err := e.Wait(co)
				join(&s.a, digit)()
				return err
			}
		}
		return side(co, wait(1), wait(2), then(ms, e.Set))
	},
	"a generator": func(s *small, co *coro.Co) error {
		numbers := func() *coro.Generator[int] {
			return coro.NewGenerator(func(y *coro.Yielder[int]) error {
				for i := 1; i <= 2; i++ {
					if err := coro.Sleep(y.Co(), ms); err != nil {
						return err
					}
					if err := y.Yield(i + s.b); err != nil {
						return err
					}
				}
				return nil
			})
		}
		return side(co, func(co *coro.Co) error {
			for n, err := range numbers().All(co) {
				if err != nil {
					return err
				}
				join(&s.a, n)()
			}
			return nil
		}, then(ms, func() { s.b = 4 }))
	},
	"an eager task": func(s *small, co *coro.Co) error {
		return side(co, func(co *coro.Co) error {
			if err := coro.Sleep(co, ms); err != nil {
				return err
			}
			task := coro.CreateTask(co, coro.Do(s.lost(1, ms)), coro.Eager(true))
			s.b = s.a
			return coro.Await(co, task)
		}, s.lost(2, ms), then(2*ms, join(&s.a, 3)))
	},
	"callbacks": func(s *small, co *coro.Co) error {
		l := loop.Of(co)
		l.CallLater(ms, join(&s.a, 1))
		l.CallLater(ms, func() { l.CallSoon(join(&s.a, 2)) })
		return side(co, then(ms, join(&s.a, 3)), then(2*ms, join(&s.a, 4)))
	},
	"a semaphore": func(s *small, co *coro.Co) error {
		sem := locks.NewSemaphore(1)
		s.things = append(s.things, sem)
		use := func(digit int) func(co *coro.Co) error {
			return func(co *coro.Co) error {
				if err := coro.Sleep(co, ms); err != nil {
					return err
				}
				if err := sem.Acquire(co); err != nil {
					return err
				}
				defer sem.Release()
				return then(ms, join(&s.a, digit))(co)
			}
		}
		return side(co, use(1), use(2), then(2*ms, func() {
			if sem.Locked() {
				s.b = s.a
			}
		}))
	},
	"a shield": func(s *small, co *coro.Co) error {
		inner := coro.CreateTask(co, coro.Do(then(2*ms, join(&s.a, 1))))
		outer := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			return coro.Await(co, coro.Shield(co, inner))
		}))
		err := side(co, then(2*ms, func() { outer.Cancel() }), then(2*ms, join(&s.a, 2)))
		if coro.Await(co, outer) != nil {
			s.b = 1
		}
		return errors.Join(err, coro.Await(co, inner))
	},
	"wait for": func(s *small, co *coro.Co) error {
		_, err := coro.WaitFor(co, coro.Do(then(2*ms, join(&s.a, 1))), 2*ms)
		if future.IsTimeout(err) {
			join(&s.b, 1)()
			return nil
		}
		return err
	},
	"choices": func(s *small, co *coro.Co) error {
		return side(co, then(s.t.Between(ms, 3*ms), func() { s.a += s.t.Choose("much", 2) }), then(2*ms, func() { s.a *= 2 }))
	},
	"a gather": func(s *small, co *coro.Co) error {
		one := func(digit int) coro.Awaitable[int] {
			return coro.Func[int](func(co *coro.Co) (int, error) {
				err := coro.Sleep(co, ms)
				join(&s.a, digit)()
				if err == nil && digit == s.a {
					err = errors.New("the first")
				}
				return digit, err
			})
		}
		_, err := coro.Gather(co, one(1), one(2)).Await(co)
		if err != nil {
			s.b = 1
		}
		return coro.Sleep(co, ms)
	},
	"a condition": func(s *small, co *coro.Co) error {
		var mu locks.Lock
		cond := locks.NewCondition(&mu)
		s.things = append(s.things, &mu, cond)
		wait := func(digit int) func(co *coro.Co) error {
			return func(co *coro.Co) error {
				return mu.With(co, func() error {
					if err := cond.WaitFor(co, func() bool { return s.b > 0 }); err != nil {
						return err
					}
					s.b--
					join(&s.a, digit)()
					return nil
				})
			}
		}
		return side(co, wait(1), wait(2), func(co *coro.Co) error {
			for range 2 {
				if err := coro.Sleep(co, ms); err != nil {
					return err
				}
				if err := mu.With(co, func() error { s.b++; cond.Notify(1); return nil }); err != nil {
					return err
				}
			}
			return nil
		}, then(ms, func() {
			if mu.Locked() {
				s.a = 9
			}
		}))
	},
}

// A looked is a future that is looked at without being waited for.
type looked struct{ future.Any }

func (l looked) String() string { return fmt.Sprint(l.Done()) }

// main is a program with what it comes to added to outcomes.
func smallMain(program func(s *small, co *coro.Co) error, state bool, outcomes map[string]int) looptest.Main {
	return func(t *looptest.T, co *coro.Co) error {
		s := &small{t: t}
		if state {
			t.State(s.digest)
		}
		err := program(s, co)
		outcomes[fmt.Sprint(s.a, " ", s.b)]++
		return err
	}
}

// Every schedule that there is, tried by counting through the choices, has the outcomes that an
// exploration finds, with states and without; and there are as many as it says.
func TestCompleteOutcomes(t *testing.T) {
	for name, program := range programs {
		t.Run(name, func(t *testing.T) {
			for _, slow := range []bool{false, true} {
				brute, plain, pruned := map[string]int{}, map[string]int{}, map[string]int{}
				const most = 20_000
				runs := looptest.BruteForce(t, smallMain(program, false, brute), most, looptest.SlowSteps(slow))
				require.Less(t, runs, most, "too large a program")
				opts := []looptest.Option{looptest.SlowSteps(slow), looptest.Runs(most)}
				r, all := explore(t, smallMain(program, false, plain), opts...)
				require.Empty(t, r.errors)
				require.Equal(t, looptest.Result{Runs: runs, All: true}, all)
				r, all = explore(t, smallMain(program, true, pruned), opts...)
				require.Empty(t, r.errors)
				require.True(t, all.All)
				require.LessOrEqual(t, all.Runs, runs)
				want := slices.Sorted(maps.Keys(brute))
				require.Equal(t, want, slices.Sorted(maps.Keys(plain)))
				require.Equal(t, want, slices.Sorted(maps.Keys(pruned)))
				t.Logf("slow %v: %d schedules, %d with states, outcomes %q", slow, runs, all.Runs, want)
			}
		})
	}
}
