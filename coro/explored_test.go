package coro_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/looptest"
)

var errChild = errors.New("a child has failed")

// A crew counts the coroutines of a program that have begun and not ended.
type crew struct {
	t       *looptest.T
	at      int // work
	results int // what it has come to
}

// worker is one that takes a time, and fails if that is chosen.
func (c *crew) worker(name string) coro.Func[int] {
	return func(co *coro.Co) (int, error) {
		c.at++
		defer func() { c.at-- }()
		if err := c.t.Delay(co, time.Millisecond, 3*time.Millisecond); err != nil {
			return 0, err
		}
		if c.t.Choose(name+" fails", 2) == 1 {
			return 0, errChild
		}
		return 1, nil
	}
}

func newCrew(t *looptest.T) *crew {
	c := &crew{t: t}
	t.Finally(func() { require.Zero(t, c.at, "at work in the end") })
	return c
}

// expected takes the errors that there may be.
func expected(err error) error {
	var group *coro.ExceptionGroup
	switch {
	case errors.Is(err, errChild), future.IsTimeout(err):
		return nil
	case errors.As(err, &group):
		for _, e := range group.Errors {
			if e = expected(e); e != nil {
				return e
			}
		}
		return nil
	}
	return err
}

// What is structured keeps to its structure whatever the schedule, and wherever a task is canceled
// or timed out: who returns has left nobody at work behind, and a result that came is not lost.
func TestExplored(t *testing.T) {
	for name, main := range map[string]func(c *crew, co *coro.Co) error{
		"a group": func(c *crew, co *coro.Co) error {
			err := coro.Group(co, func(g *coro.TaskGroup) error {
				coro.CreateTask(g, c.worker("a"))
				coro.CreateTask(g, c.worker("b"))
				if err := coro.Sleep(co, 2*time.Millisecond); err != nil {
					return err
				}
				coro.CreateTask(g, c.worker("c"))
				return nil
			})
			require.Zero(c.t, c.at)
			return err
		},
		"a group in a group": func(c *crew, co *coro.Co) error {
			err := coro.Group(co, func(g *coro.TaskGroup) error {
				coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
					before := c.at
					err := coro.Group(co, func(g *coro.TaskGroup) error {
						coro.CreateTask(g, c.worker("a"))
						return nil
					})
					require.LessOrEqual(c.t, c.at, before+1, "the worker beside it, and no other")
					return err
				}))
				coro.CreateTask(g, c.worker("b"))
				return nil
			})
			require.Zero(c.t, c.at)
			return err
		},
		"a timeout": func(c *crew, co *coro.Co) error {
			before := co.Task().Canceling()
			err := coro.Timeout(co, 2*time.Millisecond, func(*coro.TimeoutScope) error {
				_, err := c.worker("a")(co)
				return err
			})
			require.Zero(c.t, c.at)
			if !future.IsCanceled(err) {
				require.Equal(c.t, before, co.Task().Canceling(), "who is not canceled has no request")
			}
			return err
		},
		"timeouts in a timeout": func(c *crew, co *coro.Co) error {
			err := coro.Timeout(co, 3*time.Millisecond, func(*coro.TimeoutScope) error {
				for range 2 {
					err := coro.Timeout(co, 2*time.Millisecond, func(*coro.TimeoutScope) error {
						_, err := c.worker("a")(co)
						return err
					})
					if err != nil && expected(err) != nil {
						return err
					}
				}
				return nil
			})
			if !future.IsCanceled(err) {
				require.Zero(c.t, co.Task().Canceling())
			}
			return err
		},
		"wait for": func(c *crew, co *coro.Co) error {
			_, err := coro.WaitFor(co, c.worker("a"), 2*time.Millisecond)
			return err
		},
		"gather": func(c *crew, co *coro.Co) error {
			return coro.Group(co, func(g *coro.TaskGroup) error { // which waits for those that gather leaves
				a, b := coro.CreateTask(g, c.worker("a")), coro.CreateTask(g, c.worker("b"))
				vs, err := coro.Gather(co, a, b).Await(co)
				if err == nil {
					require.Equal(c.t, []int{1, 1}, vs)
				}
				return err
			})
		},
		"wait": func(c *crew, co *coro.Co) error {
			return coro.Group(co, func(g *coro.TaskGroup) error {
				tasks := []*coro.Task[int]{coro.CreateTask(g, c.worker("a")), coro.CreateTask(g, c.worker("b"))}
				done, pending, err := coro.Wait(co, tasks, coro.ReturnWhen(coro.FirstCompleted))
				if err == nil {
					require.Len(c.t, append(done, pending...), 2)
					require.NotEmpty(c.t, done)
				}
				return err
			})
		},
		"as completed": func(c *crew, co *coro.Co) error {
			return coro.Group(co, func(g *coro.TaskGroup) error {
				n := 0
				tasks := []*coro.Task[int]{coro.CreateTask(g, c.worker("a")), coro.CreateTask(g, c.worker("b")), coro.CreateTask(g, c.worker("c"))}
				for f, err := range coro.AsCompletedFutures(co, coro.Forever, coro.Each[int](tasks)...) {
					if err != nil {
						return err
					}
					if _, err := f.Result(); err != nil {
						return err
					}
					n++
				}
				require.Equal(c.t, 3, n)
				return nil
			})
		},
		"a shield": func(c *crew, co *coro.Co) error {
			return coro.Group(co, func(g *coro.TaskGroup) error {
				ended := false
				inner := coro.CreateTask(co, func(co *coro.Co) (int, error) {
					defer func() { ended = true }()
					return c.worker("a")(co)
				})
				_, err := coro.Shield(co, inner).Await(co)
				for !inner.Done() { // it goes on, if it was not the one that was canceled
					_, _, _ = coro.Wait(co, []*coro.Task[int]{inner})
				}
				if inner.Err() == nil {
					require.True(c.t, ended)
				}
				return err
			})
		},
		"a turnstile": func(c *crew, co *coro.Co) error {
			var line turnstile
			opened := 0
			c.t.Finally(func() {
				require.True(c.t, line.waiters.Empty())
				require.Equal(c.t, opened, line.free+c.results, "an opening is lost")
			})
			return coro.Group(co, func(g *coro.TaskGroup) error {
				for range 3 {
					coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
						err := line.pass(co)
						if err == nil {
							c.results++
						}
						return err
					}))
				}
				for range 3 {
					if err := c.t.Delay(co, time.Millisecond, 2*time.Millisecond); err != nil {
						return err
					}
					opened++
					line.open()
				}
				return nil
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			testkit.Explore(t, 1000, func(t *looptest.T, co *coro.Co) error { return expected(main(newCrew(t), co)) })
		})
	}
}

// A turnstile lets one through for each time that it is opened, now or later.
type turnstile struct {
	bound   coro.Bound
	waiters coro.Waiters
	free    int
}

func (l *turnstile) Describe() string { return "a turnstile" }

func (l *turnstile) pass(co *coro.Co) error {
	if l.free > 0 {
		l.free--
		return nil
	}
	if err := l.bound.Bind(co, l); err != nil {
		return err
	}
	woken, err := l.waiters.Wait(co, l)
	if err != nil && woken {
		l.open() // it is for another
	}
	return err
}

func (l *turnstile) open() {
	if l.waiters.Wake(1) == 0 {
		l.free++
	}
}
