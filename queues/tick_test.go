package queues_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// What does not suspend takes no iteration, and a handover to a task that waits takes
// one, measured with CPython 3.14. With any other number, programs see another order of
// events.
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
				ticks := testkit.CountTicks(loop.Of(co))
				q := newQueue(1)
				if test.prepare != nil {
					require.NoError(t, test.prepare(co, q))
				}
				at := 0
				var task *coro.Task[coro.None]
				if test.wait != nil {
					task = testkit.Spawn(co, func(co *coro.Co) error {
						err := test.wait(co, q)
						at = ticks.N()
						return err
					})
				}
				testkit.Pass(t, co, 3)
				from := ticks.N()
				require.NoError(t, test.act(co, q))
				if task == nil {
					at = ticks.N()
				} else {
					testkit.Wait(t, co, task)
				}
				require.Equal(t, test.want, at-from)
				ticks.Stop()
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
