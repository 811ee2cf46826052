package durable_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/durabletest"
	"github.com/ouro-loop/ouro/future"
)

// What an activity returns when the run is told to end is kept; what it fails with is not, and it is done again.
func TestActivitiesUnderWayAtTheEnd(t *testing.T) {
	for name, c := range map[string]struct {
		takes time.Duration
		err   error
		times int
	}{"returns": {time.Second, nil, 1}, "fails": {time.Second, context.Canceled, 2}, "fails at once": {0, context.Canceled, 2}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, times := durable.NewMemory(), 0
				main := durable.Do("a", func(ctx context.Context) (int, error) {
					if times++; times == 2 {
						return 2, nil
					}
					<-ctx.Done()
					pass(c.takes)
					return 1, c.err
				})
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				_, err := durable.Run(ctx, store, "1", main)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				n, err := durable.Run(t.Context(), store, "1", main)
				require.NoError(t, err)
				require.Equal(t, c.times, n)
				require.Equal(t, c.times, times)
			})
		})
	}
}

// An activity that ignores its context holds a run up for the time of grace, and no longer.
func TestActivityThatIgnoresItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		start := time.Now()
		_, err := durable.Run(ctx, durable.NewMemory(), "1", durable.DoVoid("deaf", func(context.Context) error {
			cancel()
			pass(time.Hour)
			return nil
		}), durable.Grace(time.Minute))
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, time.Minute, time.Since(start))
		pass(time.Hour)
	})
}

// A signal that is in the journal comes once, also if the process dies before the message is removed.
func TestSignalComesOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := durable.NewMemory()
		main := func(co *coro.Co) (bool, error) {
			if _, err := durable.Receive[int](co, "s"); err != nil {
				return false, err
			}
			_, err := coro.WaitFor(co, coro.Func[int](func(co *coro.Co) (int, error) { return durable.Receive[int](co, "s") }), time.Hour)
			return future.IsTimeout(err), nil
		}
		require.NoError(t, durable.Send(t.Context(), store, "1", "s", 1))
		crash := &durabletest.Crash{Store: store, At: 3, Moment: durabletest.Before} // it begins, has the signal, and removes it
		_, err := durable.Run(t.Context(), crash, "1", main, quiet)
		require.ErrorIs(t, err, durabletest.ErrCrash)
		once, err := durable.Run(t.Context(), store, "1", main)
		require.NoError(t, err)
		require.True(t, once)
	})
}

// Where the computer's clock is behind the journal, time goes on from that.
func TestClockThatWasSetBack(t *testing.T) {
	store := durable.NewMemory()
	main := func(co *coro.Co) (string, error) {
		if err := coro.Sleep(co, time.Hour); err != nil {
			return "", err
		}
		return "done", nil
	}
	synctest.Test(t, func(t *testing.T) {
		pass(1000 * time.Hour)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := durable.Run(ctx, store, "1", main)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
	synctest.Test(t, func(t *testing.T) { // whose clock begins as that one did
		start := time.Now()
		_, err := durable.Run(t.Context(), store, "1", main)
		require.NoError(t, err)
		require.Equal(t, time.Hour, time.Since(start))
	})
}

// A program that panics has not ended: with better code it goes on.
func TestPanicOfMain(t *testing.T) {
	store, w := durable.NewMemory(), newWorld()
	main := func(f func()) coro.Func[string] {
		return func(co *coro.Co) (string, error) {
			text, err := w.act("a")(co)
			f()
			return text, err
		}
	}
	_, err := durable.Run(t.Context(), store, "1", main(func() { panic("oops") }))
	panicked := new(future.PanicError)
	require.ErrorAs(t, err, &panicked)
	text, err := durable.Run(t.Context(), store, "1", main(func() {}))
	require.NoError(t, err)
	require.Equal(t, "a done", text)
	require.Equal(t, 1, w.times())
}

// A signal that was received before a program continues does not come again, if the process dies in between.
func TestContinueAsForgetsSignals(t *testing.T) {
	for at := 2; at <= 4; at++ { // the signal is written, and removed; the journal is replaced
		for _, moment := range durabletest.Moments {
			store := durable.NewMemory()
			main := func(co *coro.Co) (string, error) {
				n, err := durable.InputOf[int](co)
				if err != nil {
					return "", err
				}
				text, err := durable.Receive[string](co, "s")
				if err == nil && n == 0 {
					return "", durable.ContinueAs(1)
				}
				return text, err
			}
			send := func(text string) {
				require.NoError(t, durable.Send(t.Context(), store, "1", "s", text))
			}
			send("first")
			_, err := durable.Run(t.Context(), &durabletest.Crash{Store: store, At: at, Moment: moment, Do: func() { send("second") }}, "1", main, quiet)
			require.ErrorIs(t, err, durabletest.ErrCrash)
			text, err := durable.Run(t.Context(), store, "1", main)
			require.NoError(t, err)
			require.Equal(t, "second", text, "%d %d", at, moment)
		}
	}
}

// What an activity tells after its end, as one does whose heartbeat came too late, is not for the journal: also if both come
// while something else is written.
func TestHeartbeatAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, w := durable.NewMemory(), newWorld()
		main := func(co *coro.Co) (string, error) {
			late := coro.CreateTask(co, durable.DoVoid("late", func(ctx context.Context) error {
				<-ctx.Done()
				return durable.Heartbeat(ctx, 1)
			}, durable.HeartbeatWithin(time.Minute)), coro.Eager(true))
			if _, err := w.act("a")(co); err != nil {
				return "", err
			}
			err := coro.Await(co, late)
			return err.Error(), nil
		}
		slow := &failing{store, func() { pass(2 * time.Minute) }, nil}
		text, err := durable.Run(t.Context(), slow, "1", main)
		require.NoError(t, err)
		require.Contains(t, text, "no heartbeat for 1m0s")
		require.NoError(t, durable.Replay(t.Context(), store, "1", main))
	})
}

// After a write that failed, of which some may be there, nothing more is written: also where the run is told to end at
// that moment.
func TestNothingIsWrittenAfterAFailure(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	store, w := durable.NewMemory(), newWorld()
	_, err := durable.Run(ctx, &failing{store, cancel, errDisk}, "1", w.act("a"), quiet)
	require.ErrorIs(t, err, errDisk)
	require.NoError(t, durable.Replay(t.Context(), store, "1", w.act("a")))
	text, err := durable.Run(t.Context(), store, "1", w.act("a"))
	require.NoError(t, err)
	require.Equal(t, "a done", text)
}

var errDisk = errors.New("the disk does not answer")

// failing is a Store whose first Append succeeds, calls a function, and returns an error.
type failing struct {
	durable.Store
	then func()
	err  error
}

func (s *failing) Acquire(ctx context.Context, id string) (durable.Journal, error) {
	j, err := s.Store.Acquire(ctx, id)
	return &failingJournal{j, s}, err
}

type failingJournal struct {
	durable.Journal
	store *failing
}

func (j *failingJournal) Append(ctx context.Context, entries ...[]byte) error {
	err := j.Journal.Append(ctx, entries...)
	if f := j.store.then; f != nil {
		j.store.then = nil
		f()
		return j.store.err
	}
	return err
}

// What activities return while the run ends is in the journal as if it had come before anything else could happen: timers
// that are due meanwhile, or what another one has led to.
func TestStopWithSeveralUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(name string, d time.Duration) coro.Func[string] {
			return durable.Do(name, func(context.Context) (string, error) {
				pass(d)
				return name, nil
			})
		}
		chain := func(name string, d time.Duration) coro.Func[string] {
			return func(co *coro.Co) (string, error) {
				if _, err := slow(name, d)(co); err != nil {
					return "", err
				}
				return slow(name+" and then", time.Millisecond)(co)
			}
		}
		main := func(co *coro.Co) ([]string, error) {
			busy := durable.Do("busy", func(ctx context.Context) (string, error) {
				if durable.Attempt(ctx) < 5 {
					return "", errors.New("busy")
				}
				return "busy", nil
			}, durable.Attempts(0), durable.Backoff(time.Second, time.Second))
			return coro.Gather(co, coro.Awaitable[string](busy), coro.Awaitable[string](chain("a", 3*time.Second)),
				coro.Awaitable[string](chain("b", 4*time.Second))).Await(co)
		}
		for _, limit := range []time.Duration{time.Millisecond, 500 * time.Millisecond, 2500 * time.Millisecond} {
			store := durable.NewMemory()
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			_, err := durable.Run(ctx, store, "1", main)
			cancel()
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.NoError(t, durable.Replay(t.Context(), store, "1", main))
			got, err := durable.Run(t.Context(), store, "1", main)
			require.NoError(t, err)
			require.Equal(t, []string{"busy", "a and then", "b and then"}, got)
		}
	})
}
