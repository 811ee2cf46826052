package queues_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/queues"
)

// The report of a deadlock has every task's wait.
func TestDeadlockReport(t *testing.T) {
	var report *loop.DeadlockError
	err := loop.Main(func(co *coro.Co) error {
		var in queues.Queue[int]
		out := queues.New[int](1)
		in.SetName("in")
		out.SetName("out")
		coro.CreateTask(co, in.Get, coro.Name("consumer"))
		testkit.Spawn(co, putting(out, 1), coro.Name("done"))
		testkit.Spawn(co, putting(out, 2), coro.Name("producer"))
		if err := coro.Sleep(co, 0); err != nil {
			return err
		}
		return out.Join(co)
	}, loop.VirtualTime(true), loop.Interrupts(false), loop.OnException(nothing))
	require.True(t, errors.As(err, &report))
	var got []string
	for _, w := range report.Tasks {
		got = append(got, w.Name+" waits for "+w.On)
	}
	require.Equal(t, []string{
		`Task-1 waits for the end of the work on queue "out" (1 unfinished)`,
		`consumer waits for an item of queue "in"`,
		`producer waits for room in queue "out" (1 of 1)`,
	}, got)
}

func nothing(*loop.Loop, future.ErrorContext) {}

func TestOtherLoop(t *testing.T) {
	for _, test := range []struct {
		name string
		wait func(co *coro.Co, q queue) error
	}{
		{"get", taking},
		{"put", func(co *coro.Co, q queue) error {
			for {
				if err := q.Put(co, 1); err != nil {
					return err
				}
			}
		}},
		{"join", func(co *coro.Co, q queue) error {
			if err := q.PutNowait(1); err != nil && !errors.Is(err, queues.ErrFull) {
				return err
			}
			return q.Join(co)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			q := queues.New[int](3)
			wait := func(co *coro.Co) error { return test.wait(co, q) }
			testkit.Run(t, func(co *coro.Co) {
				_, err := coro.WaitFor(co, coro.Do(wait), ms)
				require.ErrorAs(t, err, new(*future.TimeoutError))
			})
			testkit.Run(t, func(co *coro.Co) {
				err := wait(co)
				require.ErrorIs(t, err, coro.ErrOtherLoop)
				require.ErrorContains(t, err, "queue")
			})
		})
	}
}

// A loop that closes takes the tasks that wait out of the line.
func TestCloseWhileWaiting(t *testing.T) {
	l := loop.New(loop.VirtualTime(true), loop.OnException(nothing))
	var in queues.Queue[int]
	out := queues.New[int](1)
	require.NoError(t, out.PutNowait(1))
	for _, f := range []func(co *coro.Co) error{
		func(co *coro.Co) error { return taking(co, &in) },
		func(co *coro.Co) error { return taking(co, &in) },
		putting(out, 2),
		out.Join,
		func(co *coro.Co) error {
			for _, err := range in.All(co) {
				if err != nil {
					return err
				}
			}
			return nil
		},
	} {
		coro.CreateTask(l, coro.Do(f))
	}
	require.ErrorAs(t, l.RunForever(), new(*loop.DeadlockError))
	require.Len(t, in.Getters(), 3)
	require.NoError(t, l.Close())
	require.Empty(t, in.Getters())
	require.Empty(t, out.Putters())
	require.Empty(t, out.Joiners())
	require.Equal(t, 1, out.Len())
}

// The errors of a queue with a name tell it; of one without they are the sentinels
// themselves.
func TestNameInErrors(t *testing.T) {
	for _, named := range []bool{false, true} {
		q := queues.New[int](1)
		if named {
			q.SetName("jobs")
		}
		check := func(is, got error) {
			t.Helper()
			if named {
				require.ErrorIs(t, got, is)
				require.EqualError(t, got, is.Error()+`: queue "jobs"`)
			} else {
				require.Same(t, is, got)
			}
		}
		_, err := q.GetNowait()
		check(queues.ErrEmpty, err)
		check(queues.ErrTooManyDone, q.TaskDone())
		require.NoError(t, q.PutNowait(1))
		check(queues.ErrFull, q.PutNowait(2))
		q.Shutdown(false)
		check(queues.ErrShutDown, q.PutNowait(2))
		testkit.Run(t, func(co *coro.Co) {
			for v, err := range q.All(co) { // ends without an error
				require.NoError(t, err)
				require.Equal(t, 1, v)
			}
			_, err := q.Get(co)
			check(queues.ErrShutDown, err)
			check(queues.ErrShutDown, q.Put(co, 1))
		})
	}
}
