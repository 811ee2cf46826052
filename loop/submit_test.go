package loop_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

var errSubmitted = errors.New("fail")

// add sleeps and returns the sum, or what else is asked of it.
func add(a, b int, fail, cancel bool) coro.Func[int] {
	return func(co *coro.Co) (int, error) {
		if err := coro.Sleep(co, 50*time.Millisecond); err != nil {
			return 0, err
		}
		if fail {
			return 0, errSubmitted
		}
		if cancel {
			coro.CurrentTask(co).Cancel()
			if err := coro.Sleep(co, 0); err != nil {
				return 0, err
			}
		}
		return a + b, nil
	}
}

// Another goroutine submits a coroutine, and waits for it for limit at most.
func TestSubmit(t *testing.T) {
	for _, test := range []struct {
		name  string
		f     coro.Func[int]
		limit time.Duration
		want  int
		err   error
	}{
		// CPython: test_tasks.RunCoroutineThreadsafeTests.test_run_coroutine_threadsafe
		{"result", add(1, 2, false, false), time.Hour, 3, nil},
		// CPython: test_tasks.RunCoroutineThreadsafeTests.test_run_coroutine_threadsafe_with_exception
		{"error", add(1, 2, true, false), time.Hour, 0, errSubmitted},
		// CPython: test_tasks.RunCoroutineThreadsafeTests.test_run_coroutine_threadsafe_with_timeout
		{"timeout", add(1, 2, false, false), 0, 0, context.DeadlineExceeded},
		// CPython: test_tasks.RunCoroutineThreadsafeTests.test_run_coroutine_threadsafe_task_cancelled
		{"canceled task", add(1, 2, false, true), time.Hour, 0, future.ErrCanceled},
		{"never suspends", noop, time.Hour, 1, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				submit := func(l *loop.Loop) (int, error) {
					out, err := loop.Submit(l, test.f)
					if err != nil {
						return 0, err
					}
					defer out.Cancel()
					ctx, cancel := context.WithTimeout(t.Context(), test.limit)
					defer cancel()
					return out.Wait(ctx)
				}
				_, err := loop.Run(coro.Do(func(co *coro.Co) error {
					l := loop.Of(co)
					got, err := loop.Go(func(context.Context) (int, error) { return submit(l) }).Await(co)
					require.Equal(t, test.want, got)
					require.ErrorIs(t, err, test.err)
					require.NoError(t, coro.Sleep(co, time.Millisecond))
					require.Equal(t, []coro.AnyTask{co.Task()}, coro.AllTasks(co), "nothing is left")
					return nil
				}))
				require.NoError(t, err)
			})
		})
	}
}

// Coroutines from one goroutine begin in the order in which they were submitted.
func TestSubmitInOrder(t *testing.T) {
	l := newLoop(t)
	j := &journal{loop: l}
	var outs []*executor.Future[int]
	for i := range 3 {
		l.CallSoon(j.noting(fmt.Sprint("callback ", i)))
		out, err := loop.Submit(l, func(co *coro.Co) (int, error) {
			j.note("%d begins", i)
			return i, coro.Sleep(co, time.Second)
		})
		require.NoError(t, err)
		outs = append(outs, out)
	}
	require.Empty(t, j.lines)
	require.Empty(t, coro.AllTasks(l))
	drain(t, l)
	require.Equal(t, []string{
		"0s callback 0", "0s callback 1", "0s callback 2", "0s 0 begins", "0s 1 begins", "0s 2 begins",
	}, j.lines)
	for i, out := range outs {
		v, err := out.Result()
		require.NoError(t, err)
		require.Equal(t, i, v)
	}
}

// Canceling the future reaches the task, from the loop and from elsewhere, whatever the
// task is about.
func TestSubmitCanceled(t *testing.T) {
	elsewhere := func(f func()) {
		var wg sync.WaitGroup
		wg.Go(f)
		wg.Wait()
	}
	here := func(f func()) { f() }
	for _, test := range []struct {
		name   string
		from   func(f func())
		before bool // the loop has taken the submission in
		want   []string
	}{
		{"from elsewhere", elsewhere, false, []string{"0s begins", "1s canceled"}},
		{"from the loop", here, false, []string{"0s begins", "1s canceled"}},
		{"from elsewhere, before it begins", elsewhere, true, nil},
		{"from the loop, before it begins", here, true, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLoop(t)
			j := &journal{loop: l}
			_, err := loop.RunUntilComplete(l, coro.Do(func(co *coro.Co) error {
				if test.before {
					require.NoError(t, coro.Sleep(co, time.Second))
				}
				out, err := loop.Submit(l, coro.Do(func(co *coro.Co) error {
					j.note("begins")
					err := coro.Sleep(co, time.Hour)
					j.note("%v", err)
					return err
				}))
				require.NoError(t, err)
				if !test.before {
					require.NoError(t, coro.Sleep(co, time.Second))
				}
				test.from(func() { require.True(t, out.Cancel()) })
				require.NoError(t, coro.Sleep(co, time.Second))
				_, err = out.Result()
				require.ErrorIs(t, err, executor.ErrCanceled)
				require.Len(t, coro.AllTasks(co), 1)
				return nil
			}))
			require.NoError(t, err)
			require.Equal(t, test.want, j.lines)
		})
	}
}

// A result that comes in spite of the cancellation is dropped.
func TestSubmitCanceledAndIgnored(t *testing.T) {
	l := newLoop(t)
	j := &journal{loop: l}
	out, err := loop.Submit(l, func(co *coro.Co) (int, error) {
		j.note("%v", coro.Sleep(co, time.Hour))
		return 42, nil
	})
	require.NoError(t, err)
	l.CallLater(time.Second, func() { out.Cancel() })
	drain(t, l)
	require.True(t, out.Canceled())
	require.Equal(t, []string{"1s canceled"}, j.lines)
}

// A panic of the coroutine is the future's error.
func TestSubmitPanics(t *testing.T) {
	l := newLoop(t)
	out, err := loop.Submit(l, coro.Do(func(*coro.Co) error { panic("boom") }))
	require.NoError(t, err)
	drain(t, l)
	_, err = out.Result()
	var p *future.PanicError
	require.ErrorAs(t, err, &p)
	require.Equal(t, "boom", p.Value)
}

// Whoever waits when the loop closes is told.
func TestSubmitToLoopThatCloses(t *testing.T) {
	l := newLoop(t, loop.OnException(func(*loop.Loop, future.ErrorContext) {}))
	var outs []*executor.Future[coro.None]
	for range 2 {
		out, err := loop.Submit(l, testkit.Sleeping(time.Hour))
		require.NoError(t, err)
		outs = append(outs, out)
		testkit.Iterate(t, l) // the first has begun then, and the second was only taken in
	}
	posted, err := loop.Submit(l, testkit.Sleeping(time.Hour))
	require.NoError(t, err)
	require.NoError(t, l.Close())
	for _, out := range append(outs, posted) {
		_, err := out.Result()
		require.ErrorIs(t, err, loop.ErrClosed)
	}
	_, err = loop.Submit(l, testkit.Sleeping(time.Hour))
	require.ErrorIs(t, err, loop.ErrClosed)
}

// An error that comes in spite of the cancellation has nobody to go to, and is reported.
func TestSubmitCanceledAndFails(t *testing.T) {
	var reports []string
	l := newLoop(t, loop.OnException(func(_ *loop.Loop, c future.ErrorContext) {
		reports = append(reports, fmt.Sprintf("%s: %v", c.Message, c.Err))
	}))
	out, err := loop.Submit(l, func(co *coro.Co) (int, error) {
		_ = coro.Sleep(co, time.Hour)
		return 0, errSubmitted
	})
	require.NoError(t, err)
	l.CallLater(time.Second, func() { out.Cancel() })
	drain(t, l)
	require.True(t, out.Canceled())
	require.NoError(t, l.Close())
	require.Equal(t, []string{"Task exception was never retrieved: fail"}, reports)
}
