package queues_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// A tickCounter counts the iterations of a loop: a callback that schedules itself
// again counts them.
type tickCounter struct {
	loop    *loop.Loop
	n       int
	stopped bool
}

func (c *tickCounter) count() {
	if !c.stopped {
		c.n++
		c.loop.CallSoon(c.count)
	}
}

// What suspends nobody takes no iteration, and what is handed to a task that waits
// takes one, measured with CPython 3.14. Any other number is another order of
// events in somebody's program.
func TestTicks(t *testing.T) {
	for _, test := range []struct {
		name string
		// prepare comes before, wait is in a task of its own, if there is one, and
		// then act.
		prepare, wait, act func(co *coro.Co, q queue) error
		want               int
	}{
		{"put and get", nil, nil, func(co *coro.Co, q queue) error {
			if err := q.Put(co, 1); err != nil {
				return err
			}
			_, err := q.Get(co)
			return err
		}, 0},
		{"join of an empty queue", nil, nil, func(co *coro.Co, q queue) error { return q.Join(co) }, 0},
		{"put to one who gets", nil, taking, filling, 1},
		{"get from one who puts", filling, filling, taking, 1},
		{"the last TaskDone to one who joins", filling, joining, func(_ *coro.Co, q queue) error { return q.TaskDone() }, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			eachKind(t, func(t *testing.T, co *coro.Co, newQueue func(int) queue) {
				c := &tickCounter{loop: loop.Of(co)}
				c.loop.CallSoon(c.count)
				q := newQueue(1)
				if test.prepare != nil {
					require.NoError(t, test.prepare(co, q))
				}
				at := 0
				var task *coro.Task[coro.None]
				if test.wait != nil {
					task = spawn(co, func(co *coro.Co) error {
						err := test.wait(co, q)
						at = c.n
						return err
					})
				}
				pass(t, co, 3)
				from := c.n
				require.NoError(t, test.act(co, q))
				if task == nil {
					at = c.n
				} else {
					wait(t, co, task)
				}
				require.Equal(t, test.want, at-from)
				c.stopped = true
			})
		})
	}
}

func taking(co *coro.Co, q queue) error {
	_, err := q.Get(co)
	return err
}

func filling(co *coro.Co, q queue) error { return q.Put(co, 1) }

func joining(co *coro.Co, q queue) error { return q.Join(co) }
