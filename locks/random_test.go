package locks_test

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
)

// Under any pattern of cancellation no more tasks are let in than the limit, no task
// waits for what is free, and everything is free in the end. A round is some tasks that
// come again and again. They are canceled at random, and go on.
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
				c := &crowd{t: t, Chance: testkit.NewChance(2026, n)}
				testkit.Run(t, func(co *coro.Co) {
					c.l, c.limit = test.make(c.Rand)
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
		c := &crowd{t: t, Chance: testkit.NewChance(2027, n), limit: 1}
		testkit.Run(t, func(co *coro.Co) {
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
	*testkit.Chance
	t        *testing.T
	l        lockable
	cond     *locks.Condition // l, if it is one
	limit    int
	inside   int
	items    int
	canceled int // waits that ended so
}

func (c *crowd) run(co *coro.Co, task func(co *coro.Co) error) {
	for range 2 + c.IntN(6) {
		c.Spawn(co, task)
	}
	for range c.IntN(20) {
		loop.Of(co).CallLater(time.Duration(c.IntN(15))*ms, c.CancelSome)
	}
	c.Between(loop.Of(co), c.look)
	if c.cond != nil {
		require.NoError(c.t, coro.Sleep(co, 50*ms))
		c.End()
		require.NoError(c.t, c.cond.With(co, c.cond.NotifyAll))
	}
	testkit.WaitEnded(c.t, co, c.Tasks...)
	c.End()
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

func (c *crowd) look() {
	switch {
	case c.cond != nil:
		if c.items > 0 && !c.cond.Locked() {
			require.Empty(c.t, c.cond.Waiters(), "somebody waits for an item that is there")
		}
	case c.inside < c.limit:
		require.Empty(c.t, c.l.Waiters(), "somebody waits for what is free")
	}
}

// pause lets some time pass, and ignores a cancellation.
func (c *crowd) pause(co *coro.Co) {
	if d := c.IntN(5) - 1; d >= 0 {
		_ = coro.Sleep(co, time.Duration(d)*ms)
	}
}

// enter is a body that checks that no more tasks than the limit are inside.
func (c *crowd) enter(co *coro.Co) error {
	c.inside++
	require.LessOrEqual(c.t, c.inside, c.limit)
	c.pause(co)
	c.Meddle()
	c.inside--
	return nil
}

func (c *crowd) comeAndGo(co *coro.Co) error {
	for range 8 {
		c.pause(co)
		body := func() error { return c.enter(co) }
		err := error(nil)
		if c.IntN(3) == 0 {
			err = coro.Timeout(co, time.Duration(c.IntN(3))*ms, func(*coro.TimeoutScope) error {
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
		if c.IntN(2) == 0 {
			body = func() error {
				if err := c.cond.WaitFor(co, func() bool { return c.items > 0 || c.Ended() }); err != nil {
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
		c.Meddle()
	}
	return nil
}

// expected is nil for the errors after which a task goes on.
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
