package durable_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/durabletest"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// steps is a program of activities and sleeps, in a row. It waits for a signal in the end.
func (w *world) steps(what ...any) coro.Func[string] {
	return func(co *coro.Co) (string, error) {
		for _, step := range what {
			switch step := step.(type) {
			case string:
				if _, err := w.act(step)(co); err != nil {
					return "", err
				}
			case time.Duration:
				if err := coro.Sleep(co, step); err != nil {
					return "", err
				}
			}
		}
		return durable.Receive[string](co, "end")
	}
}

// stopped runs a program until nothing is left for it to do but to wait for the signal.
func stopped(t *testing.T, store durable.Store, main coro.Func[string], activities int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := durable.Run(ctx, &durabletest.Watch{Store: store, Do: afterReturns(activities, cancel)}, "1", main)
	require.ErrorIs(t, err, context.Canceled)
}

// afterReturns is a function for a Watch that calls then when so many activities have returned.
func afterReturns(n int, then func()) func(string, durable.Record) error {
	return func(_ string, r durable.Record) error {
		if r.Kind == durable.Returned {
			if n--; n == 0 {
				then()
			}
		}
		return nil
	}
}

func TestParted(t *testing.T) {
	const ms = time.Millisecond
	for name, c := range map[string]struct {
		code    []any
		index   int
		journal string
		program string
	}{
		"another activity":   {[]any{"a", 5 * ms, "x"}, 3, `asks for activity 2, "b", at `, `asks for activity 2, "x", at `},
		"another time":       {[]any{"a", 6 * ms, "b"}, 3, `asks for activity 2, "b", at `, "waits"},
		"earlier":            {[]any{"a", 4 * ms, "b"}, 3, `asks for activity 2, "b", at `, `asks for activity 2, "b", at `},
		"an activity less":   {[]any{"a", 5 * ms}, 3, `asks for activity 2, "b", at `, "waits"},
		"none at all":        {nil, 1, `asks for activity 1, "a", at 0s (`, "waits"},
		"one more in before": {[]any{"a", "x", 5 * ms, "b"}, 3, `asks for activity 2, "b", at `, `asks for activity 2, "x", at `},
	} {
		t.Run(name, func(t *testing.T) {
			store, w := durable.NewMemory(), newWorld()
			stopped(t, store, w.steps("a", 5*ms, "b"), 2)
			before, err := store.Read(t.Context(), "1")
			require.NoError(t, err)
			done := w.times()
			for _, run := range []func() error{
				func() error { _, err := durable.Run(t.Context(), store, "1", w.steps(c.code...)); return err },
				func() error { return durable.Replay(t.Context(), store, "1", w.steps(c.code...)) },
				func() error { return durable.Check(t.Context(), store, w.steps(c.code...)) },
			} {
				parted := new(durable.PartedError)
				require.ErrorAs(t, run(), &parted)
				require.Equal(t, c.index, parted.Index)
				require.Contains(t, parted.Journal, c.journal)
				require.Contains(t, parted.Journal+"(helper_test.go", "helper_test.go")
				require.Contains(t, parted.Program, c.program)
			}
			require.Equal(t, done, w.times(), "nothing was done")
			after, err := store.Read(t.Context(), "1")
			require.NoError(t, err)
			require.Equal(t, before, after, "nothing was written")
			require.NoError(t, durable.Send(t.Context(), store, "1", "end", "well"))
			text, err := durable.Run(t.Context(), store, "1", w.steps("a", 5*ms, "b"))
			require.NoError(t, err, "the right code goes on")
			require.Equal(t, "well", text)
		})
	}
}

func TestVersion(t *testing.T) {
	store, w := durable.NewMemory(), newWorld()
	stopped(t, store, w.steps("a"), 1)
	changed := func(n int) coro.Func[string] {
		return func(co *coro.Co) (string, error) {
			v, err := durable.Version(co, "b first", n)
			if err != nil {
				return "", err
			}
			if v == 0 {
				return w.steps("a")(co)
			}
			return w.steps("b", "a")(co)
		}
	}
	require.NoError(t, durable.Replay(t.Context(), store, "1", changed(1)))
	require.NoError(t, durable.Send(t.Context(), store, "1", "end", "old"))
	_, err := durable.Run(t.Context(), store, "1", changed(1))
	require.NoError(t, err)
	require.Equal(t, 1, w.times())

	store, w = durable.NewMemory(), newWorld()
	stopped(t, store, changed(1), 2)
	require.Error(t, durable.Replay(t.Context(), store, "1", w.steps("b", "a")), "it has asked for a version")
	require.NoError(t, durable.Replay(t.Context(), store, "1", changed(2)), "it is what it was")
	records, err := durable.ReadJournal(t.Context(), store, "1")
	require.NoError(t, err)
	require.Equal(t, durable.Versioned, records[1].Kind)
	require.Equal(t, uint64(1), records[1].N)
}

// What would not be the same in a replay is refused.
func TestHermetic(t *testing.T) {
	_, err := durable.Run(t.Context(), durable.NewMemory(), "1", func(co *coro.Co) (string, error) {
		l := loop.Of(co)
		_, err := loop.Go(func(context.Context) (int, error) { return 1, nil })(co)
		require.ErrorIs(t, err, loop.ErrHermetic)
		_, err = loop.ToThread(func(context.Context) (int, error) { return 1, nil })(co)
		require.ErrorIs(t, err, loop.ErrHermetic)
		_, err = l.CallSoonThreadsafe(func() {})
		require.ErrorIs(t, err, loop.ErrHermetic)
		_, err = loop.Receive(make(chan int))(co)
		require.ErrorIs(t, err, loop.ErrHermetic)
		return "", nil
	})
	require.NoError(t, err)
}

func TestNotDurable(t *testing.T) {
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		_, err := durable.Do("a", func(context.Context) (int, error) { return 0, nil })(co)
		require.ErrorIs(t, err, durable.ErrNotDurable)
		_, err = durable.Receive[int](co, "a")
		require.ErrorIs(t, err, durable.ErrNotDurable)
		_, err = durable.Version(co, "a", 1)
		require.ErrorIs(t, err, durable.ErrNotDurable)
		_, err = durable.InputOf[int](co)
		require.ErrorIs(t, err, durable.ErrNotDurable)
		require.Empty(t, durable.ID(co))
		return nil
	}))
}

func TestDeadlock(t *testing.T) {
	store := durable.NewMemory()
	main := func(co *coro.Co) (int, error) { return coro.NewFuture[int](co).Await(co) }
	_, err := durable.Run(t.Context(), store, "1", main)
	deadlock := new(loop.DeadlockError)
	require.ErrorAs(t, err, &deadlock)
	require.NoError(t, durable.Cancel(t.Context(), store, "1", ""))
	_, err = durable.Run(t.Context(), store, "1", main)
	require.True(t, future.IsCanceled(err), "a cancellation ends it: %v", err)
}

// So is one that a task waits for which does not end with main.
func TestDeadlockAtTheEnd(t *testing.T) {
	_, err := durable.Run(t.Context(), durable.NewMemory(), "1", func(co *coro.Co) (int, error) {
		coro.CreateTask(co, func(co *coro.Co) (int, error) {
			for {
				_, _ = coro.NewFuture[int](co).Await(co)
			}
		}, coro.Name("stubborn"), coro.Eager(true))
		return 1, nil
	})
	deadlock := new(loop.DeadlockError)
	require.ErrorAs(t, err, &deadlock)
	require.ErrorContains(t, err, "stubborn")
}

// Activities that panic, or end their goroutine, have failed.
func TestActivitiesThatPanic(t *testing.T) {
	_, err := durable.Run(t.Context(), durable.NewMemory(), "1", durable.DoVoid("a", func(context.Context) error { panic("boom") }))
	require.ErrorContains(t, err, "panic: boom")
	pool, err := executor.NewThreadPool()
	require.NoError(t, err)
	_, err = durable.Run(t.Context(), durable.NewMemory(), "1", durable.Do("a", func(context.Context) (int, error) { return 7, nil }), durable.Executor(pool))
	require.NoError(t, err)
	<-pool.Shutdown(executor.RunPending)
	_, err = durable.Run(t.Context(), durable.NewMemory(), "1", durable.Do("a", func(context.Context) (int, error) { return 7, nil }), durable.Executor(pool))
	require.ErrorIs(t, err, executor.ErrShutdown)
}

// A program whose deferred functions go on to do something is unwound all the same, and nothing of it counts.
func TestUnwound(t *testing.T) {
	store, w := durable.NewMemory(), newWorld()
	var unwound []error
	main := func(co *coro.Co) (string, error) {
		defer func() {
			_, again := w.act("in the end")(co)
			_, received := durable.Receive[int](co, "x")
			_, version := durable.Version(co, "v", 1)
			unwound = append(unwound, again, received, version)
		}()
		return w.steps("a")(co)
	}
	stopped(t, store, main, 1)
	require.Len(t, unwound, 3)
	for _, err := range unwound {
		require.ErrorIs(t, err, durable.ErrStopped)
	}
	require.Equal(t, 1, w.times())
}

func TestJournalFull(t *testing.T) {
	w := newWorld()
	main := func(co *coro.Co) (int, error) {
		for {
			if _, err := w.act("a")(co); err != nil {
				return 0, err
			}
		}
	}
	store := durable.NewMemory()
	_, err := durable.Run(t.Context(), store, "1", main, durable.MaxRecords(20), quiet)
	require.ErrorIs(t, err, durable.ErrJournalFull)
	require.ErrorContains(t, err, "ContinueAs")
	entries, err := store.Read(t.Context(), "1")
	require.NoError(t, err)
	require.LessOrEqual(t, len(entries), 20)
}

// An activity that returns another type than the journal has is no failure of it: the code has changed.
func TestAnotherType(t *testing.T) {
	store, w := durable.NewMemory(), newWorld()
	stopped(t, store, w.steps("a"), 1)
	_, err := durable.Run(t.Context(), store, "1", func(co *coro.Co) (string, error) {
		_, err := durable.Do("a", func(context.Context) (int, error) { return 1, nil })(co)
		return "not reached", err
	})
	require.ErrorContains(t, err, `what activity "a" has returned is no int`)
	require.NoError(t, durable.Send(t.Context(), store, "1", "end", "well"))
	text, err := durable.Run(t.Context(), store, "1", w.steps("a"))
	require.NoError(t, err)
	require.Equal(t, "well", text)
}

// What cannot be kept says so, and nothing is lost.
func TestValuesThatCannotBeKept(t *testing.T) {
	store := durable.NewMemory()
	_, err := durable.Run(t.Context(), store, "1", func(*coro.Co) (func(), error) { return nil, nil })
	require.ErrorContains(t, err, "what the program returns cannot be kept: json: unsupported type: func()")
	n, err := durable.Run(t.Context(), store, "1", func(*coro.Co) (int, error) { return 1, nil })
	require.NoError(t, err)
	require.Equal(t, 1, n)
	_, err = durable.Run(t.Context(), store, "2", func(*coro.Co) (int, error) { return 1, nil }, durable.Input(make(chan int)))
	require.ErrorContains(t, err, "the input cannot be kept")
	_, err = durable.Run(t.Context(), store, "3", durable.Do("a", func(context.Context) (chan int, error) { return nil, nil }, durable.Attempts(0)))
	require.ErrorContains(t, err, `what activity "a" returns cannot be kept`)
	require.ErrorContains(t, durable.Send(t.Context(), store, "4", "s", func() {}), `signal "s" cannot be kept`)
	require.NoError(t, durable.Send(t.Context(), store, "5", "s", "text"))
	_, err = durable.Run(t.Context(), store, "5", func(co *coro.Co) (int, error) { return durable.Receive[int](co, "s") })
	require.ErrorContains(t, err, `signal "s" is no int`)
}
