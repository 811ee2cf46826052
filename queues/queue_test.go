package queues_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/queues"
)

func TestQueue(t *testing.T) {
	// CPython: test_queues.QueueBasicTests.test_empty
	// CPython: test_queues.QueuePutTests.test_blocking_put
	t.Run("is empty when nothing is in it", func(t *testing.T) {
		eachKind(t, func(t *testing.T, co *coro.Co, newQueue func(int) queue) {
			q := newQueue(0)
			require.True(t, q.Empty())
			require.NoError(t, q.Put(co, 1))
			require.False(t, q.Empty())
			require.Equal(t, 1, q.Len())
			require.Equal(t, 1, get(t, co, q))
			require.True(t, q.Empty())
		})
	})
	// CPython: test_queues.QueueBasicTests.test_full
	t.Run("is full at its bound", func(t *testing.T) {
		eachKind(t, func(t *testing.T, co *coro.Co, newQueue func(int) queue) {
			for _, unbounded := range []int{0, -1} {
				q := newQueue(unbounded)
				require.Equal(t, unbounded, q.MaxSize())
				for range 100 {
					require.False(t, q.Full())
					require.NoError(t, q.Put(co, 1))
				}
			}
			q := newQueue(1)
			require.NoError(t, q.Put(co, 1))
			require.True(t, q.Full())
		})
	})
	// CPython: test_queues.QueueBasicTests.test_order
	// CPython: test_queues.LifoQueueTests.test_order
	// CPython: test_queues.PriorityQueueTests.test_order
	t.Run("gives out in its order", func(t *testing.T) {
		want := map[string][]int{
			"Queue":         {1, 3, 2},
			"LifoQueue":     {2, 3, 1},
			"PriorityQueue": {1, 2, 3},
		}
		for _, kind := range kinds {
			testkit.Run(t, func(co *coro.Co) {
				q := kind.make(0)
				for _, v := range []int{1, 3, 2} {
					require.NoError(t, q.Put(co, v))
				}
				var got []int
				for range 3 {
					got = append(got, get(t, co, q))
				}
				require.Equal(t, want[kind.name], got)
			})
		}
	})
	t.Run("is ready to use as a zero value", func(t *testing.T) {
		var fifo queues.Queue[string]
		var lifo queues.LifoQueue[string]
		for _, v := range []string{"a", "b"} {
			require.NoError(t, fifo.PutNowait(v))
			require.NoError(t, lifo.PutNowait(v))
		}
		v, err := fifo.GetNowait()
		require.NoError(t, err)
		require.Equal(t, "a", v)
		v, err = lifo.GetNowait()
		require.NoError(t, err)
		require.Equal(t, "b", v)
		require.Zero(t, fifo.MaxSize())
	})
	// CPython: test_queues.QueueBasicTests.test_maxsize
	t.Run("makes the one who puts wait while it is full", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			q := queues.New[int](2)
			require.Equal(t, 2, q.MaxSize())
			put := 0
			task := testkit.Spawn(co, func(co *coro.Co) error {
				for i := range 3 {
					if err := q.Put(co, i); err != nil {
						return err
					}
					put++
				}
				return nil
			})
			testkit.Pass(t, co, 2)
			require.Equal(t, 2, put)
			require.Equal(t, 0, get(t, co, q))
			testkit.Pass(t, co, 1)
			require.Equal(t, 3, put)
			require.Equal(t, 1, get(t, co, q))
			require.Equal(t, 2, get(t, co, q))
			testkit.Wait(t, co, task)
		})
	})
	t.Run("keeps its order when it grows in the middle of its ring", func(t *testing.T) {
		testkit.Run(t, func(*coro.Co) {
			var q queues.Queue[int]
			next, want := 0, 0
			for grow := 1; grow < 200; grow++ {
				for range grow {
					require.NoError(t, q.PutNowait(next))
					next++
				}
				for range grow - 1 {
					v, err := q.GetNowait()
					require.NoError(t, err)
					require.Equal(t, want, v)
					want++
				}
			}
			require.Equal(t, 199, q.Len())
		})
	})
}

func TestGet(t *testing.T) {
	// CPython: test_queues.QueueGetTests.test_blocking_get
	// CPython: test_queues.QueueGetTests.test_nonblocking_get
	// CPython: test_queues.QueuePutTests.test_nonblocking_put
	t.Run("takes what is there", func(t *testing.T) {
		eachKind(t, func(t *testing.T, co *coro.Co, newQueue func(int) queue) {
			q := newQueue(0)
			require.NoError(t, q.PutNowait(1))
			require.NoError(t, q.PutNowait(2))
			require.Len(t, []int{get(t, co, q), getNowait(t, q)}, 2)
			require.True(t, q.Empty())
		})
	})
	// CPython: test_queues.QueueGetTests.test_get_with_putters
	t.Run("wakes one who waits for room", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			q := queues.New[int](1)
			require.NoError(t, q.Put(co, 1))
			putter := testkit.Spawn(co, putting(q, 2))
			testkit.Pass(t, co, 1)
			require.Equal(t, 1, get(t, co, q))
			require.False(t, putter.Done())
			testkit.Pass(t, co, 1)
			require.True(t, putter.Done())
		})
	})
	// CPython: test_queues.QueueGetTests.test_blocking_get_wait
	t.Run("waits for what is put later", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var q queues.Queue[int]
			var started locks.Event
			task := coro.CreateTask(co, func(co *coro.Co) (int, error) {
				started.Set()
				return q.Get(co)
			})
			require.NoError(t, started.Wait(co))
			require.False(t, task.Done())
			loop.Of(co).CallLater(10*ms, func() { require.NoError(t, q.PutNowait(1)) })
			v, err := task.Await(co)
			require.NoError(t, err)
			require.Equal(t, 1, v)
			require.Equal(t, 10*ms, loop.Of(co).Time())
		})
	})
	// CPython: test_queues.QueueGetTests.test_nonblocking_get_exception
	t.Run("without waiting says that nothing is there", func(t *testing.T) {
		for _, kind := range kinds {
			_, err := kind.make(0).GetNowait()
			require.ErrorIs(t, err, queues.ErrEmpty)
		}
	})
	// CPython: test_queues.QueueGetTests.test_get_cancelled_race
	t.Run("that was canceled leaves the item to the next", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var q queues.Queue[string]
			t1, t2 := coro.CreateTask(co, q.Get), coro.CreateTask(co, q.Get)
			testkit.Pass(t, co, 1)
			t1.Cancel()
			testkit.Pass(t, co, 1)
			require.True(t, t1.Done())
			require.NoError(t, q.Put(co, "a"))
			testkit.Pass(t, co, 1)
			v, err := t2.Result()
			require.NoError(t, err)
			require.Equal(t, "a", v)
		})
	})
	// CPython: test_queues.QueueGetTests.test_get_with_waiting_putters
	t.Run("gets what those put who waited", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			q := queues.New[int](1)
			testkit.Spawn(co, putting(q, 1))
			testkit.Spawn(co, putting(q, 2))
			require.Equal(t, 1, get(t, co, q))
			require.Equal(t, 2, get(t, co, q))
		})
	})
	// CPython: test_queues.QueueGetTests.test_why_are_getters_waiting
	t.Run("and put take turns with a queue of one", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			q := queues.New[int](1)
			require.NoError(t, coro.Group(co, func(g *coro.TaskGroup) error {
				coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
					for i := range 5 {
						if err := q.Put(co, i); err != nil {
							return err
						}
					}
					return nil
				}))
				coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
					for i := range 5 {
						require.Equal(t, i, get(t, co, q))
					}
					return nil
				}))
				return nil
			}))
		})
	})
	// CPython: test_queues.QueueGetTests.test_cancelled_getters_not_being_held_in_self_getters
	t.Run("leaves the line when it is canceled", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			q := queues.New[int](5)
			_, err := coro.WaitFor(co, coro.Bind0(q.Get), 100*ms)
			require.ErrorAs(t, err, new(*future.TimeoutError))
			require.Empty(t, q.Getters())
		})
	})
	// CPython: test_queues.QueuePutTests.test_get_cancel_drop_one_pending_reader
	t.Run("that is canceled after its wake-up drops nothing", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var q queues.Queue[int]
			reader := coro.CreateTask(co, q.Get)
			testkit.Pass(t, co, 1)
			require.NoError(t, q.PutNowait(1))
			require.NoError(t, q.PutNowait(2))
			reader.Cancel()
			testkit.WaitCanceled(t, co, reader)
			require.Equal(t, 1, get(t, co, &q))
		})
	})
	// CPython: test_queues.QueuePutTests.test_get_cancel_drop_many_pending_readers
	t.Run("that is canceled after its wake-up wakes the next", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var q queues.Queue[int]
			r1, r2, r3 := coro.CreateTask(co, q.Get), coro.CreateTask(co, q.Get), coro.CreateTask(co, q.Get)
			testkit.Pass(t, co, 1)
			require.NoError(t, q.PutNowait(1))
			require.NoError(t, q.PutNowait(2))
			r1.Cancel()
			testkit.WaitCanceled(t, co, r1)
			v3, err := r3.Await(co)
			require.NoError(t, err)
			v2, err := r2.Result()
			require.NoError(t, err)
			require.Equal(t, []int{1, 2}, []int{v2, v3})
		})
	})
	t.Run("that was woken loses the item to one who was faster, and waits again", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var q queues.Queue[int]
			slow := coro.CreateTask(co, q.Get, coro.Name("slow"))
			next := coro.CreateTask(co, q.Get, coro.Name("next"))
			testkit.Pass(t, co, 1)
			require.NoError(t, q.PutNowait(1))
			require.Equal(t, 1, getNowait(t, &q))
			testkit.Pass(t, co, 1)
			require.False(t, slow.Done())
			var line []string
			for _, task := range q.Getters() {
				line = append(line, task.Name())
			}
			require.Equal(t, []string{"next", "slow"}, line)
			require.NoError(t, q.PutNowait(2))
			require.NoError(t, q.PutNowait(3))
			testkit.Pass(t, co, 1)
			v, err := next.Result()
			require.NoError(t, err)
			require.Equal(t, 2, v)
			v, err = slow.Result()
			require.NoError(t, err)
			require.Equal(t, 3, v)
		})
	})
}

func TestPut(t *testing.T) {
	// CPython: test_queues.QueuePutTests.test_blocking_put_wait
	t.Run("waits for room", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			q := queues.New[int](1)
			loop.Of(co).CallLater(10*ms, func() { require.Equal(t, 1, getNowait(t, q)) })
			require.NoError(t, q.Put(co, 1))
			require.NoError(t, q.Put(co, 2))
			require.Equal(t, 10*ms, loop.Of(co).Time())
		})
	})
	// CPython: test_queues.QueuePutTests.test_put_cancel_drop
	t.Run("that is canceled after its wake-up puts nothing", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			q := queues.New[int](1)
			require.NoError(t, q.PutNowait(1))
			writer := testkit.Spawn(co, putting(q, 2))
			testkit.Pass(t, co, 1)
			require.Equal(t, 1, getNowait(t, q))
			writer.Cancel()
			testkit.WaitCanceled(t, co, writer)
			require.NoError(t, q.Put(co, 2))
			require.Equal(t, 2, getNowait(t, q))
			require.Zero(t, q.Len())
		})
	})
	t.Run("that is canceled after its wake-up wakes the next", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			q := queues.New[int](1)
			require.NoError(t, q.PutNowait(1))
			w2, w3 := testkit.Spawn(co, putting(q, 2)), testkit.Spawn(co, putting(q, 3))
			testkit.Pass(t, co, 1)
			require.Equal(t, 1, getNowait(t, q))
			w2.Cancel()
			testkit.Wait(t, co, w3)
			require.True(t, w2.Canceled())
			require.Equal(t, 3, getNowait(t, q))
		})
	})
	// CPython: test_queues.QueuePutTests.test_nonblocking_put_exception
	t.Run("without waiting says that the queue is full", func(t *testing.T) {
		for _, kind := range kinds {
			q := kind.make(1)
			require.NoError(t, q.PutNowait(1))
			require.ErrorIs(t, q.PutNowait(2), queues.ErrFull)
			require.Equal(t, 1, getNowait(t, q))
			require.True(t, q.Empty())
		}
	})
	// CPython: test_queues.QueuePutTests.test_put_cancelled
	t.Run("is there when the get returns", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var q queues.Queue[int]
			task := testkit.Spawn(co, putting(&q, 1))
			require.Equal(t, 1, get(t, co, &q))
			require.True(t, task.Done())
		})
	})
	// CPython: test_queues.QueuePutTests.test_put_cancelled_race
	t.Run("that was canceled leaves the room to the others", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			q := queues.New[int](1)
			a, b, c := testkit.Spawn(co, putting(q, 1)), testkit.Spawn(co, putting(q, 2)), testkit.Spawn(co, putting(q, 3))
			testkit.Pass(t, co, 1)
			require.True(t, a.Done())
			require.False(t, b.Done())
			c.Cancel()
			testkit.Pass(t, co, 1)
			require.True(t, c.Done())
			require.Equal(t, 1, getNowait(t, q))
			testkit.Pass(t, co, 1)
			require.Equal(t, 2, getNowait(t, q))
			testkit.Wait(t, co, b)
		})
	})
	// CPython: test_queues.QueuePutTests.test_put_with_waiting_getters
	t.Run("wakes one who waits for an item", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var q queues.Queue[string]
			task := coro.CreateTask(co, q.Get)
			testkit.Pass(t, co, 1)
			require.NoError(t, q.Put(co, "a"))
			v, err := task.Await(co)
			require.NoError(t, err)
			require.Equal(t, "a", v)
		})
	})
	// CPython: test_queues.QueuePutTests.test_why_are_putters_waiting
	t.Run("finds the room that one callback made for several", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			q := queues.New[int](2)
			require.NoError(t, coro.Group(co, func(g *coro.TaskGroup) error {
				coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
					testkit.Pass(t, co, 1)
					for range q.Len() {
						getNowait(t, q)
					}
					return nil
				}))
				for i := range 4 {
					coro.CreateTask(g, coro.Do(putting(q, i)))
				}
				return nil
			}))
		})
	})
	// CPython: test_queues.QueuePutTests.test_cancelled_puts_not_being_held_in_self_putters
	t.Run("leaves the line when it is canceled", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			q := queues.New[int](1)
			require.NoError(t, q.PutNowait(1))
			task := testkit.Spawn(co, putting(q, 1))
			testkit.Pass(t, co, 1)
			require.Len(t, q.Putters(), 1)
			task.Cancel()
			testkit.WaitCanceled(t, co, task)
			require.Empty(t, q.Putters())
		})
	})
	// CPython: test_queues.QueuePutTests.test_cancelled_put_silence_value_error_exception
	t.Run("is canceled after the room was made", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			q := queues.New[int](1)
			require.NoError(t, q.PutNowait(1))
			task := testkit.Spawn(co, putting(q, 1))
			testkit.Pass(t, co, 1)
			getNowait(t, q)
			task.Cancel()
			testkit.WaitCanceled(t, co, task)
			require.Zero(t, q.Len())
		})
	})
}

func TestJoin(t *testing.T) {
	// CPython: test_queues._QueueJoinTestMixin.test_task_done_underflow
	t.Run("counts no more than was put", func(t *testing.T) {
		eachKind(t, func(t *testing.T, co *coro.Co, newQueue func(int) queue) {
			q := newQueue(0)
			require.ErrorIs(t, q.TaskDone(), queues.ErrTooManyDone)
			require.NoError(t, q.Put(co, 1))
			require.NoError(t, q.TaskDone(), "even before it was taken out")
			require.ErrorIs(t, q.TaskDone(), queues.ErrTooManyDone)
		})
	})
	// CPython: test_queues._QueueJoinTestMixin.test_task_done
	t.Run("waits for the work on all items", func(t *testing.T) {
		eachKind(t, func(t *testing.T, co *coro.Co, newQueue func(int) queue) {
			q := newQueue(0)
			for i := range 100 {
				require.NoError(t, q.PutNowait(i))
			}
			sum, running := 0, true
			require.NoError(t, coro.Group(co, func(g *coro.TaskGroup) error {
				for range 2 {
					coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
						for running {
							sum += get(t, co, q)
							require.NoError(t, q.TaskDone())
						}
						return nil
					}))
				}
				require.NoError(t, q.Join(co))
				require.Equal(t, 4950, sum)
				running = false
				for range 2 {
					require.NoError(t, q.PutNowait(0))
				}
				return nil
			}))
		})
	})
	// CPython: test_queues._QueueJoinTestMixin.test_join_empty_queue
	t.Run("of an empty queue does not wait", func(t *testing.T) {
		eachKind(t, func(t *testing.T, co *coro.Co, newQueue func(int) queue) {
			q := newQueue(0)
			require.NoError(t, q.Join(co))
			require.NoError(t, q.Join(co))
		})
	})
	t.Run("returns although more was put since", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var q queues.Queue[int]
			require.NoError(t, q.PutNowait(1))
			task := testkit.Spawn(co, q.Join)
			testkit.Pass(t, co, 1)
			require.NoError(t, q.TaskDone())
			require.NoError(t, q.PutNowait(2))
			testkit.Wait(t, co, task)
			require.Equal(t, 1, q.Unfinished())
		})
	})
	t.Run("can be canceled", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var q queues.Queue[int]
			require.NoError(t, q.PutNowait(1))
			task := testkit.Spawn(co, q.Join)
			testkit.Pass(t, co, 1)
			require.Len(t, q.Joiners(), 1)
			task.Cancel()
			testkit.WaitCanceled(t, co, task)
			require.Empty(t, q.Joiners())
		})
	})
}

// CPython: test_queues.QueueBasicTests.test_repr
// CPython: test_queues.QueueBasicTests.test_str
// CPython: test_queues._QueueJoinTestMixin.test_format
// CPython: test_queues._QueueShutdownTestMixin.test_format
func TestString(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			testkit.Run(t, func(co *coro.Co) {
				q := kind.make(0)
				require.Equal(t, "<"+kind.name+" maxsize=0>", q.String())
				getter := testkit.Spawn(co, func(co *coro.Co) error {
					_, err := q.Get(co)
					return err
				})
				testkit.Pass(t, co, 1)
				require.Equal(t, "<"+kind.name+" maxsize=0 getters=1>", q.String())
				require.NoError(t, q.PutNowait(0))
				testkit.Wait(t, co, getter)
				require.Equal(t, "<"+kind.name+" maxsize=0 tasks=1>", q.String())

				q = kind.make(1)
				q.SetName("jobs")
				require.Equal(t, "jobs", q.Name())
				require.NoError(t, q.PutNowait(1))
				testkit.Spawn(co, func(co *coro.Co) error {
					require.ErrorIs(t, q.Put(co, 2), queues.ErrShutDown)
					return nil
				})
				testkit.Pass(t, co, 1)
				q.Shutdown(false)
				require.Equal(t, "<"+kind.name+` "jobs" maxsize=1 items=1 putters=1 tasks=1 shutdown>`, q.String())
			})
		})
	}
}

// A generator may range over a queue, and several tasks draw from it.
func TestAllInAGenerator(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		q := queues.New[int](0)
		g := coro.NewGenerator(func(y *coro.Yielder[int]) error {
			for v, err := range q.All(y.Co()) {
				if err := errors.Join(err, y.Yield(10*v)); err != nil {
					return err
				}
			}
			return nil
		})
		var got []int
		for i := range 3 {
			task := coro.CreateTask(co, g.Next)
			testkit.Pass(t, co, 2)
			require.NoError(t, q.PutNowait(i))
			v, err := task.Await(co)
			require.NoError(t, err)
			got = append(got, v)
		}
		require.Equal(t, []int{0, 10, 20}, got)
		q.Shutdown(false)
		_, err := g.Next(co)
		require.Equal(t, coro.ErrStopAsyncIteration, err)
	})
}
