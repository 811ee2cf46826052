package loop_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

func noop(*coro.Co) (int, error) { return 1, nil }

// ticks counts the iterations that f takes, as the probe of the tick table does:
// a callback that schedules itself again counts them.
func ticks(t *testing.T, f func(co *coro.Co) error) int {
	t.Helper()
	n, err := loop.Run(func(co *coro.Co) (int, error) {
		l := loop.Of(co)
		n, stop := 0, false
		var count func()
		count = func() {
			if !stop {
				n++
				l.CallSoon(count)
			}
		}
		l.CallSoon(count)
		if err := coro.Sleep(co, 0); err != nil {
			return 0, err
		}
		before := n
		err := f(co)
		stop = true
		return n - before, err
	}, loop.VirtualTime())
	require.NoError(t, err)
	return n
}

func TestTicks(t *testing.T) {
	ignore := func(error) error { return nil }
	timeout := func(t *testing.T, err error) error {
		var te *future.TimeoutError
		require.ErrorAs(t, err, &te)
		return nil
	}
	for _, test := range []struct {
		name string
		want int
		run  func(t *testing.T, co *coro.Co) error
	}{
		{"await a coroutine that never suspends", 0, func(t *testing.T, co *coro.Co) error {
			_, err := coro.Func[int](noop).Await(co)
			return err
		}},
		{"sleep(0)", 1, func(t *testing.T, co *coro.Co) error { return coro.Sleep(co, 0) }},
		{"await create_task", 2, func(t *testing.T, co *coro.Co) error {
			_, err := coro.CreateTask(co, noop).Await(co)
			return err
		}},
		{"await a done future", 0, func(t *testing.T, co *coro.Co) error {
			f := loop.CreateFuture[int](loop.Of(co))
			require.NoError(t, f.SetResult(1))
			_, err := f.Await(co)
			return err
		}},
		{"gather of one", 3, func(t *testing.T, co *coro.Co) error {
			_, err := coro.Gather(co, coro.Func[int](noop)).Await(co)
			return err
		}},
		{"gather of three", 3, func(t *testing.T, co *coro.Co) error {
			f := coro.Func[int](noop)
			_, err := coro.Gather(co, f, f, f).Await(co)
			return err
		}},
		{"gather of none", 0, func(t *testing.T, co *coro.Co) error {
			_, err := coro.Gather[int](co).Await(co)
			return err
		}},
		{"shield", 3, func(t *testing.T, co *coro.Co) error {
			_, err := coro.Shield(co, coro.Func[int](noop)).Await(co)
			return err
		}},
		{"cancel a sleeping task, then await it", 2, func(t *testing.T, co *coro.Co) error {
			task := coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return coro.Sleep(co, time.Hour) }))
			require.NoError(t, coro.Sleep(co, 0))
			task.Cancel()
			_, err := task.Await(co)
			require.ErrorIs(t, err, future.ErrCanceled)
			return ignore(err)
		}},
		{"wait_for(noop, 1)", 0, func(t *testing.T, co *coro.Co) error {
			_, err := coro.WaitFor(co, coro.Func[int](noop), time.Second)
			return err
		}},
		{"wait_for(noop, 0)", 3, func(t *testing.T, co *coro.Co) error {
			_, err := coro.WaitFor(co, coro.Func[int](noop), 0)
			return timeout(t, err)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, ticks(t, func(co *coro.Co) error { return test.run(t, co) }))
		})
	}
}
