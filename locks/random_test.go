package locks_test

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
)

// Under any pattern of cancellation no more tasks are let in than may be, nobody
// waits for what is free, and everything is free in the end. A round is some tasks
// that want in again and again, each of which is canceled whenever chance will have
// it and goes on.
func TestRandomCancellation(t *testing.T) {
	for _, test := range []struct {
		name string
		make func(rng *rand.Rand) (l lockable, limit int)
	}{
		{"Lock", func(*rand.Rand) (lockable, int) { return new(locks.Lock), 1 }},
		{"Semaphore", func(rng *rand.Rand) (lockable, int) {
			n := 1 + rng.IntN(3)
			return locks.NewSemaphore(n), n
		}},
		{"BoundedSemaphore", func(rng *rand.Rand) (lockable, int) {
			n := 1 + rng.IntN(3)
			return locks.NewBoundedSemaphore(n), n
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			canceled := 0
			for n := range rounds() {
				c := &crowd{t: t, rng: rand.New(rand.NewPCG(2026, uint64(n)))}
				run(t, func(co *coro.Co) {
					c.l, c.limit = test.make(c.rng)
					c.run(co, c.comeAndGo)
				})
				if t.Failed() {
					t.Fatalf("round %d", n)
				}
				canceled += c.canceled
			}
			require.Greater(t, canceled, rounds(), "cancellations met somebody who waited")
		})
	}
}

// The same for a condition: producers notify one consumer for each item, and no
// item is left lying while a consumer waits.
func TestRandomCancellationOfCondition(t *testing.T) {
	canceled := 0
	for n := range rounds() {
		c := &crowd{t: t, rng: rand.New(rand.NewPCG(2027, uint64(n))), limit: 1}
		run(t, func(co *coro.Co) {
			var cond locks.Condition
			c.l, c.cond = &cond, &cond
			c.run(co, c.produceOrConsume)
		})
		if t.Failed() {
			t.Fatalf("round %d", n)
		}
		canceled += c.canceled
	}
	require.Greater(t, canceled, rounds())
}

func rounds() int {
	if testing.Short() {
		return 200
	}
	return 1000
}

type crowd struct {
	t        *testing.T
	rng      *rand.Rand
	l        lockable
	cond     *locks.Condition // l, if it is one
	limit    int
	inside   int
	items    int
	tasks    []*coro.Task[coro.None]
	ended    bool
	canceled int // waits that ended so
}

func (c *crowd) run(co *coro.Co, task func(co *coro.Co) error) {
	for range 2 + c.rng.IntN(6) {
		c.tasks = append(c.tasks, spawn(co, task, coro.Eager(true)))
	}
	for range c.rng.IntN(20) {
		loop.Of(co).CallLater(time.Duration(c.rng.IntN(15))*ms, c.cancelSome)
	}
	c.check(loop.Of(co))
	if c.cond != nil {
		require.NoError(c.t, coro.Sleep(co, 50*ms))
		c.ended = true
		require.NoError(c.t, c.cond.With(co, c.cond.NotifyAll))
	}
	waitEnded(c.t, co, c.tasks)
	c.ended = true
	require.Zero(c.t, c.inside)
	require.False(c.t, c.l.Locked())
	require.Empty(c.t, c.l.Waiters())
	if s, ok := c.l.(interface{ Value() int }); ok {
		require.Equal(c.t, c.limit, s.Value())
	}
	if s, ok := c.l.(interface{ Holders() []coro.AnyTask }); ok {
		require.Empty(c.t, s.Holders())
	}
}

// check looks between the milliseconds, when nothing is ready: whoever still waits
// then has not been told of anything.
func (c *crowd) check(l *loop.Loop) {
	l.CallLater(ms/2, func() {
		switch {
		case c.cond != nil:
			if c.items > 0 && !c.cond.Locked() {
				require.Empty(c.t, c.cond.Waiters(), "somebody waits for an item that is there")
			}
		case c.inside < c.limit:
			require.Empty(c.t, c.l.Waiters(), "somebody waits for what is free")
		}
		l.CallLater(ms/2, func() {
			if !c.ended {
				c.check(l)
			}
		})
	})
}

func (c *crowd) cancelSome() {
	if len(c.tasks) == 0 {
		return // the first one is only just being made
	}
	for range 1 + c.rng.IntN(3) {
		c.tasks[c.rng.IntN(len(c.tasks))].Cancel()
	}
}

func (c *crowd) meddle() {
	if c.rng.IntN(3) == 0 {
		c.cancelSome()
	}
}

// pause lets some time pass, and does not mind being canceled.
func (c *crowd) pause(co *coro.Co) {
	if d := c.rng.IntN(5) - 1; d >= 0 {
		_ = coro.Sleep(co, time.Duration(d)*ms)
	}
}

// enter is a body that finds itself alone, or with as few as may be.
func (c *crowd) enter(co *coro.Co) error {
	c.inside++
	require.LessOrEqual(c.t, c.inside, c.limit)
	c.pause(co)
	c.meddle()
	c.inside--
	return nil
}

func (c *crowd) comeAndGo(co *coro.Co) error {
	for range 8 {
		c.pause(co)
		body := func() error { return c.enter(co) }
		err := error(nil)
		if c.rng.IntN(3) == 0 {
			err = coro.Timeout(co, time.Duration(c.rng.IntN(3))*ms, func(*coro.TimeoutScope) error {
				return c.l.With(co, body)
			})
		} else {
			err = c.l.With(co, body)
		}
		if err = c.expected(err); err != nil {
			return err
		}
	}
	return nil
}

func (c *crowd) produceOrConsume(co *coro.Co) error {
	for range 8 {
		c.pause(co)
		body := func() error {
			c.items++
			return c.cond.Notify(1)
		}
		if c.rng.IntN(2) == 0 {
			body = func() error {
				if err := c.cond.WaitFor(co, func() bool { return c.items > 0 || c.ended }); err != nil {
					require.Equal(c.t, co.Task(), c.cond.Owner())
					return err
				}
				if c.items > 0 {
					c.items--
				}
				return c.enter(co)
			}
		}
		if err := c.expected(c.cond.With(co, body)); err != nil {
			return err
		}
		c.meddle()
	}
	return nil
}

// expected is nil for what a task goes on after.
func (c *crowd) expected(err error) error {
	if future.IsCanceled(err) {
		c.canceled++
		return nil
	}
	if errors.As(err, new(*future.TimeoutError)) {
		return nil
	}
	return err
}

// waitEnded awaits tasks that have no error but that of a cancellation in their last
// step.
func waitEnded(t *testing.T, co *coro.Co, tasks []*coro.Task[coro.None]) {
	t.Helper()
	_, _, err := coro.Wait(co, tasks)
	require.NoError(t, err)
	for _, task := range tasks {
		if !task.Canceled() {
			require.NoError(t, task.Err())
		}
	}
}
