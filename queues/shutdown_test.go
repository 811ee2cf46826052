package queues_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/queues"
)

// refuses expects a queue that is shut down, and at its end.
func refuses(t *testing.T, co *coro.Co, q queue) {
	t.Helper()
	require.ErrorIs(t, q.Put(co, 1), queues.ErrShutDown)
	require.ErrorIs(t, q.PutNowait(1), queues.ErrShutDown)
	_, err := q.Get(co)
	require.ErrorIs(t, err, queues.ErrShutDown)
	_, err = q.GetNowait()
	require.ErrorIs(t, err, queues.ErrShutDown)
}

func TestShutdown(t *testing.T) {
	// CPython: test_queues._QueueShutdownTestMixin.test_shutdown_empty
	t.Run("of an empty queue sends those away who wait for an item", func(t *testing.T) {
		eachKind(t, func(t *testing.T, co *coro.Co, newQueue func(int) queue) {
			q := newQueue(0)
			getter := coro.CreateTask(co, q.Get)
			testkit.Pass(t, co, 1)
			q.Shutdown(false)
			require.Zero(t, q.Len())
			require.NoError(t, q.Join(co))
			testkit.Pass(t, co, 1)
			require.True(t, getter.Done())
			require.ErrorIs(t, getter.Err(), queues.ErrShutDown)
			refuses(t, co, q)
		})
	})
	// CPython: test_queues._QueueShutdownTestMixin.test_shutdown_nonempty
	t.Run("lets what is there be taken out", func(t *testing.T) {
		eachKind(t, func(t *testing.T, co *coro.Co, newQueue func(int) queue) {
			q := newQueue(1)
			require.NoError(t, q.PutNowait(1))
			joiner, putter := testkit.Spawn(co, q.Join), testkit.Spawn(co, putting(q, 2))
			testkit.Pass(t, co, 1)
			require.False(t, putter.Done())
			q.Shutdown(false)
			require.Equal(t, 1, q.Len())
			testkit.Pass(t, co, 1)
			require.True(t, putter.Done())
			require.ErrorIs(t, putter.Err(), queues.ErrShutDown)

			require.Equal(t, 1, get(t, co, q))
			testkit.Pass(t, co, 1)
			require.False(t, joiner.Done())
			refuses(t, co, q)
			require.NoError(t, q.TaskDone())
			testkit.Pass(t, co, 1)
			require.True(t, joiner.Done())
			require.ErrorIs(t, q.TaskDone(), queues.ErrTooManyDone)
		})
	})
	// CPython: test_queues._QueueShutdownTestMixin.test_shutdown_immediate
	t.Run("at once drops what is there", func(t *testing.T) {
		eachKind(t, func(t *testing.T, co *coro.Co, newQueue func(int) queue) {
			q := newQueue(0)
			require.NoError(t, q.PutNowait(1))
			joiner := testkit.Spawn(co, q.Join)
			q.Shutdown(true)
			require.Zero(t, q.Len())
			testkit.Pass(t, co, 1)
			require.True(t, joiner.Done())
			refuses(t, co, q)
			require.ErrorIs(t, q.TaskDone(), queues.ErrTooManyDone)
		})
	})
	// CPython: test_queues._QueueShutdownTestMixin.test_shutdown_immediate_with_unfinished
	t.Run("at once does not finish what was taken out", func(t *testing.T) {
		eachKind(t, func(t *testing.T, co *coro.Co, newQueue func(int) queue) {
			q := newQueue(0)
			require.NoError(t, q.PutNowait(1))
			require.NoError(t, q.PutNowait(1))
			joiner := testkit.Spawn(co, q.Join)
			require.Equal(t, 1, get(t, co, q))
			q.Shutdown(true)
			require.Zero(t, q.Len())
			testkit.Pass(t, co, 1)
			require.False(t, joiner.Done())
			refuses(t, co, q)
			require.NoError(t, q.TaskDone())
			require.ErrorIs(t, q.TaskDone(), queues.ErrTooManyDone)
			testkit.Pass(t, co, 1)
			require.True(t, joiner.Done())
		})
	})
	t.Run("at once never counts below zero", func(t *testing.T) {
		eachKind(t, func(t *testing.T, co *coro.Co, newQueue func(int) queue) {
			q := newQueue(0)
			for range 3 {
				require.NoError(t, q.PutNowait(1))
			}
			require.NoError(t, q.TaskDone())
			require.NoError(t, q.TaskDone())
			q.Shutdown(true)
			require.Zero(t, q.Unfinished())
			require.NoError(t, q.Join(co))
			q.Shutdown(true)
			q.Shutdown(false)
			refuses(t, co, q)
		})
	})
	t.Run("at once after one that was not", func(t *testing.T) {
		eachKind(t, func(t *testing.T, co *coro.Co, newQueue func(int) queue) {
			q := newQueue(0)
			require.NoError(t, q.PutNowait(1))
			q.Shutdown(false)
			require.Equal(t, 1, q.Len())
			q.Shutdown(true)
			refuses(t, co, q)
		})
	})
	t.Run("reaches all who wait", func(t *testing.T) {
		eachKind(t, func(t *testing.T, co *coro.Co, newQueue func(int) queue) {
			q := newQueue(0)
			var getters []*coro.Task[int]
			for range 5 {
				getters = append(getters, coro.CreateTask(co, q.Get))
			}
			testkit.Pass(t, co, 1)
			loop.Of(co).CallSoon(func() { q.Shutdown(true) })
			r, err := coro.GatherSettled(co, coro.Each[int](getters)...).Await(co)
			require.NoError(t, err)
			for _, r := range r {
				require.ErrorIs(t, r.Err, queues.ErrShutDown)
			}
		})
	})
}

func TestAll(t *testing.T) {
	t.Run("ends with the queue", func(t *testing.T) {
		eachKind(t, func(t *testing.T, co *coro.Co, newQueue func(int) queue) {
			q := newQueue(2)
			producer := testkit.Spawn(co, func(co *coro.Co) error {
				for i := range 10 {
					if err := q.Put(co, i); err != nil {
						return err
					}
				}
				q.Shutdown(false)
				return nil
			})
			seen := map[int]bool{}
			for v, err := range q.All(co) {
				require.NoError(t, err)
				require.False(t, seen[v])
				seen[v] = true
				require.NoError(t, q.TaskDone())
			}
			require.Len(t, seen, 10)
			testkit.Wait(t, co, producer)
			require.NoError(t, q.Join(co))
		})
	})
	t.Run("yields a cancellation, and ends", func(t *testing.T) {
		eachKind(t, func(t *testing.T, co *coro.Co, newQueue func(int) queue) {
			q := newQueue(0)
			require.NoError(t, q.PutNowait(7))
			var got []any
			task := testkit.Spawn(co, func(co *coro.Co) (err error) {
				for v, e := range q.All(co) {
					got = append(got, v)
					err = e
				}
				return err
			})
			testkit.Pass(t, co, 1)
			task.Cancel()
			testkit.WaitCanceled(t, co, task)
			require.Equal(t, []any{7, 0}, got)
		})
	})
	t.Run("can be left", func(t *testing.T) {
		eachKind(t, func(t *testing.T, co *coro.Co, newQueue func(int) queue) {
			q := newQueue(0)
			for i := range 3 {
				require.NoError(t, q.PutNowait(i))
			}
			for _, err := range q.All(co) {
				require.NoError(t, err)
				break
			}
			require.Equal(t, 2, q.Len())
		})
	})
}
