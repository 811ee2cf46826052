package durable_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

func TestRun(t *testing.T) {
	store, w := durable.NewMemory(), newWorld()
	require.NoError(t, durable.Send(t.Context(), store, "1", "approve", "yes"))
	seen, err := durable.Run(t.Context(), store, "1", w.order, orderOptions...)
	require.NoError(t, err)
	require.NoError(t, checkOrder(seen))
	n := w.times()
	again, err := durable.Run(t.Context(), store, "1", w.order, orderOptions...)
	require.NoError(t, err)
	require.ElementsMatch(t, seen, again)
	require.Equal(t, n, w.times(), "nothing was done again")
	require.NoError(t, durable.Replay(t.Context(), store, "1", w.order, orderOptions...))
	require.NoError(t, durable.Check(t.Context(), store, w.order, orderOptions...))
	require.Equal(t, n, w.times())
}

// atOnce executes jobs where they are handed in.
type atOnce struct{ executor.Executor }

func (atOnce) Execute(job executor.Job) error {
	job.Run()
	return nil
}

// What was sent before a run comes before all that it does: an order that was canceled charges nobody.
func TestSentBefore(t *testing.T) {
	for range 50 {
		store, w := durable.NewMemory(), newWorld()
		require.NoError(t, durable.Cancel(t.Context(), store, "1", "no more"))
		_, err := durable.Run(t.Context(), store, "1", w.act("charge"), durable.Executor(atOnce{}))
		require.True(t, future.IsCanceled(err))
		require.Zero(t, w.times())
	}
}

// A program that sleeps for a month, and is stopped in the middle, goes on at its time.
func TestSleepAcrossRuns(t *testing.T) {
	const month = 30 * 24 * time.Hour
	synctest.Test(t, func(t *testing.T) {
		store, w := durable.NewMemory(), newWorld()
		start := time.Now()
		main := func(co *coro.Co) (time.Time, error) {
			if _, err := w.act("before")(co); err != nil {
				return time.Time{}, err
			}
			if err := coro.Sleep(co, month); err != nil {
				return time.Time{}, err
			}
			at := loop.Of(co).Now()
			_, err := w.act("after")(co)
			return at, err
		}
		for _, after := range []time.Duration{time.Hour, 10 * 24 * time.Hour} {
			ctx, cancel := context.WithTimeout(t.Context(), after)
			_, err := durable.Run(ctx, store, "1", main)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			cancel()
		}
		require.Equal(t, 1, w.times())
		at, err := durable.Run(t.Context(), store, "1", main)
		require.NoError(t, err)
		require.Equal(t, start.Add(month).UTC(), at)
		require.Equal(t, month, time.Since(start))
		require.Equal(t, 2, w.times())
	})
}

// A timer that was due while nobody ran the program runs at its own time all the same.
func TestLateTimers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := durable.NewMemory()
		main := func(co *coro.Co) (times []time.Duration, err error) {
			for range 3 {
				if err := coro.Sleep(co, time.Hour); err != nil {
					return nil, err
				}
				times = append(times, loop.Of(co).Time())
			}
			return times, nil
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := durable.Run(ctx, store, "1", main)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		pass(24 * time.Hour)
		times, err := durable.Run(t.Context(), store, "1", main)
		require.NoError(t, err)
		require.Equal(t, []time.Duration{time.Hour, 2 * time.Hour, 3 * time.Hour}, times)
	})
}

func TestSignals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := durable.NewMemory()
		main := func(co *coro.Co) (got []int, err error) {
			for len(got) < 3 {
				n, err := durable.Receive[int](co, "number")
				if err != nil {
					return got, err
				}
				got = append(got, n)
			}
			return got, nil
		}
		send := func(n int, opts ...durable.SendOption) {
			require.NoError(t, durable.Send(context.Background(), store, "1", "number", n, opts...))
		}
		send(1)
		time.AfterFunc(time.Hour, func() { send(2, durable.Once("a")); send(5, durable.Once("a")) })
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Hour)
		defer cancel()
		_, err := durable.Run(ctx, store, "1", main)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		send(3)
		got, err := durable.Run(t.Context(), store, "1", main)
		require.NoError(t, err)
		require.Equal(t, []int{1, 2, 3}, got)
	})
}

// A cancellation from outside is asyncio's: the program cleans up, by activities too.
func TestCancelFromOutside(t *testing.T) {
	store, w := durable.NewMemory(), newWorld()
	main := func(co *coro.Co) (string, error) {
		err := coro.Sleep(co, 1000*time.Hour)
		if !future.IsCanceled(err) {
			return "", err
		}
		if _, err := w.act("undo")(co); err != nil {
			return "", err
		}
		return "", err
	}
	require.NoError(t, durable.Cancel(t.Context(), store, "1", "changed my mind"))
	for range 2 {
		_, err := durable.Run(t.Context(), store, "1", main)
		require.True(t, future.IsCanceled(err), err)
		require.ErrorContains(t, err, "changed my mind")
	}
	require.Equal(t, 1, w.times())
}

func TestContinueAs(t *testing.T) {
	store, w := durable.NewMemory(), newWorld()
	main := func(co *coro.Co) (int, error) {
		n, err := durable.InputOf[int](co)
		if err != nil {
			return 0, err
		}
		if _, err := w.act("count")(co); err != nil {
			return 0, err
		}
		if n < 5 {
			return 0, durable.ContinueAs(n + 1)
		}
		return durable.Receive[int](co, "left")
	}
	require.NoError(t, durable.Send(t.Context(), store, "1", "left", 42))
	n, err := durable.Run(t.Context(), store, "1", main, durable.Input(1))
	require.NoError(t, err)
	require.Equal(t, 42, n, "the signal was not lost")
	require.Len(t, w.done, 5, "each has a key of its own")
	records, err := durable.ReadJournal(t.Context(), store, "1")
	require.NoError(t, err)
	require.Less(t, len(records), 6)
}

func TestQuery(t *testing.T) {
	store := durable.NewMemory()
	main := func(co *coro.Co) (int, error) {
		sum := 0
		if err := durable.HandleQuery(co, "sum", func() (any, error) { return sum, nil }); err != nil {
			return 0, err
		}
		for sum < 10 {
			n, err := durable.Receive[int](co, "add")
			if err != nil {
				return 0, err
			}
			sum += n
		}
		return sum, nil
	}
	_, err := durable.Query[int](t.Context(), store, "1", "sum", main)
	require.ErrorIs(t, err, durable.ErrNoProgram)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		_, err := durable.Run(ctx, store, "1", main)
		ended <- err
	}()
	require.NoError(t, durable.Send(t.Context(), store, "1", "add", 7))
	require.Eventually(t, func() bool {
		sum, err := durable.Query[int](t.Context(), store, "1", "sum", main)
		return err == nil && sum == 7
	}, 10*time.Second, time.Millisecond)
	_, err = durable.Query[int](t.Context(), store, "1", "product", main)
	require.ErrorContains(t, err, `answers no query "product"`)
	cancel()
	require.ErrorIs(t, <-ended, context.Canceled)
}

// An activity goes on from where its last attempt has come to, also after a restart.
func TestHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := durable.NewMemory()
		var began []int
		main := durable.Do("long", func(ctx context.Context) (int, error) {
			n, _, err := durable.Progress[int](ctx)
			began = append(began, n)
			for ; err == nil && n < 100; n++ {
				pass(time.Minute)
				err = durable.Heartbeat(ctx, n)
			}
			return n, err
		}, durable.HeartbeatWithin(time.Hour))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute+time.Second)
		defer cancel()
		_, err := durable.Run(ctx, store, "1", main)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		n, err := durable.Run(t.Context(), store, "1", main)
		require.NoError(t, err)
		require.Equal(t, 100, n)
		require.Equal(t, []int{0, 9}, began)
		_, err = durable.Run(t.Context(), store, "2", durable.DoVoid("silent", func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}, durable.HeartbeatWithin(time.Minute)))
		require.ErrorContains(t, err, "no heartbeat for 1m0s")
	})
}

func TestAttemptTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		n, err := durable.Run(t.Context(), durable.NewMemory(), "1", durable.Do("slow", func(ctx context.Context) (int, error) {
			if durable.Attempt(ctx) < 3 {
				<-ctx.Done()
				return 0, ctx.Err()
			}
			return durable.Attempt(ctx), nil
		}, durable.Attempts(0), durable.AttemptTimeout(time.Minute), durable.Backoff(time.Hour, time.Hour)))
		require.NoError(t, err)
		require.Equal(t, 3, n)
		require.InDelta(t, 2*time.Hour+2*time.Minute, time.Since(start), float64(time.Hour))
	})
}
