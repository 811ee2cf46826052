package loop_test

import (
	"errors"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
)

// A run that was broken off has not come to the end of its main. Only what outlives the
// cleanup is a leak then.
func TestLeaksOfBrokenRun(t *testing.T) {
	noLeak(t)
	for _, test := range []struct {
		name string
		end  func(co *coro.Co) error
		want error
		told testkit.Trace
	}{
		{"by a Stop", func(co *coro.Co) error {
			loop.Of(co).Stop()
			return coro.Sleep(co, time.Hour)
		}, loop.ErrStopped, nil},
		{"by another task", func(co *coro.Co) error {
			testkit.Spawn(co, func(*coro.Co) error { return loop.ErrKeyboardInterrupt })
			return coro.Sleep(co, time.Hour)
		}, loop.ErrKeyboardInterrupt, testkit.Trace{"Task exception was never retrieved: keyboard interrupt"}},
	} {
		for _, outlives := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, outlived %v", test.name, outlives), func(t *testing.T) {
				var tr testkit.Trace
				err := leakMain(&tr, func(co *coro.Co) error {
					testkit.Spawn(co, func(co *coro.Co) error { return coro.Sleep(co, time.Hour) })
					if outlives {
						loop.Of(co).Hold()
					}
					return test.end(co)
				})
				require.ErrorIs(t, err, test.want)
				if outlives {
					require.Equal(t, []string{`Hold never released (leaksofruns_test.go:N)`}, leakTexts(loop.Leaks(err)))
				} else {
					require.Empty(t, loop.Leaks(err))
				}
				require.Equal(t, test.told, tr)
			})
		}
	}
}

// Of several runs the last counts.
func TestLeaksOfRunner(t *testing.T) {
	var tr testkit.Trace
	r := loop.NewRunner(loop.VirtualTime(true), loop.ReportLeaks(true), tr.Handler())
	sleep := func(co *coro.Co) error { return coro.Sleep(co, time.Hour) }
	_, err := loop.RunIn(r, coro.Do(func(co *coro.Co) error {
		testkit.Spawn(co, func(co *coro.Co) error { return coro.Sleep(co, time.Minute) })
		testkit.Spawn(co, sleep, coro.Name("a"))
		loop.Of(co).Stop()
		return coro.Sleep(co, time.Second)
	}))
	require.Equal(t, loop.ErrStopped, err)
	_, err = loop.RunIn(r, coro.Do(func(co *coro.Co) error { return coro.Sleep(co, 30*time.Minute) }))
	require.NoError(t, err)
	require.Equal(t, []string{`task "a" never awaited, waits for sleep until 1h0m0s (leaksofruns_test.go:N)`}, leakTexts(loop.Leaks(r.Close())))
	require.NoError(t, r.Close())
}

// An error stands beside that of main.
func TestLeaksBesideAnError(t *testing.T) {
	var tr testkit.Trace
	err := leakMain(&tr, func(co *coro.Co) error {
		loop.Of(co).Hold()
		return errCard
	})
	require.ErrorIs(t, err, errCard)
	require.Len(t, loop.Leaks(err), 1)
	require.Equal(t, "card refused\nloop: closed with 1 leak\n  Hold never released (leaksofruns_test.go:N)", anyLine(err.Error()))
	require.Empty(t, loop.Leaks(nil))
	require.Empty(t, loop.Leaks(errCard))
}

// Each loop has its own. A lock that has been with another is not held here.
func TestLeaksOfSeveralLoops(t *testing.T) {
	var mu locks.Lock
	var errs []error
	for _, name := range []string{"a", "b"} {
		var tr testkit.Trace
		errs = append(errs, leakMain(&tr, func(co *coro.Co) error {
			require.NoError(t, mu.Acquire(co))
			if name == "a" {
				require.NoError(t, mu.Release())
			}
			testkit.Spawn(co, func(co *coro.Co) error { return coro.Sleep(co, time.Hour) }, coro.Name(name))
			return nil
		}))
		require.Empty(t, tr)
	}
	require.Equal(t, []string{
		`task "a" never awaited, waits for sleep until 1h0m0s (leaksofruns_test.go:N)`,
		`task "b" never awaited, waits for sleep until 1h0m0s (leaksofruns_test.go:N)`,
		`lock held by task "Task-1", which has ended`,
	}, leakTexts(loop.Leaks(fmt.Errorf("both: %w", errors.Join(errs...)))))
}

// A guest leaves what Run would.
func TestLeaksOfGuest(t *testing.T) {
	var tr testkit.Trace
	app := newMainLoop()
	var err error
	loop.RunGuest(coro.Do(func(co *coro.Co) error {
		testkit.Spawn(co, func(co *coro.Co) error { return coro.Sleep(co, time.Hour) }, coro.Name("a"))
		_, err := coro.NewGenerator(numbers).Next(co)
		require.NoError(t, err)
		return coro.Sleep(co, time.Second)
	}), app.soon, func(_ coro.None, e error) { err, app.ended = e, true },
		loop.VirtualTime(true), loop.ReportLeaks(true), tr.Handler())
	app.run(t)
	require.Equal(t, []string{
		`task "a" never awaited, waits for sleep until 1h0m0s (leaksofruns_test.go:N)`,
		`generator loop_test.numbers never closed`,
	}, leakTexts(loop.Leaks(err)))
	require.Empty(t, tr)
}

// Nothing depends on the garbage collector, not even under a real clock.
func TestLeaksDoNotDependOnTheCollector(t *testing.T) {
	noLeak(t)
	var tr testkit.Trace
	err := loop.Main(func(co *coro.Co) error {
		func() {
			testkit.Spawn(co, func(*coro.Co) error { return errCard }, coro.Name("charge"))
			_, err := coro.NewGenerator(numbers).Next(co)
			require.NoError(t, err)
		}()
		for range 5 {
			testkit.Pass(t, co, 2)
			runtime.GC()
		}
		return coro.Sleep(co, time.Millisecond)
	}, loop.ReportLeaks(true), tr.Handler())
	require.Equal(t, []string{
		`error never retrieved: card refused (task "charge")`,
		`generator loop_test.numbers never closed`,
	}, leakTexts(loop.Leaks(err)))
	require.Empty(t, tr)
}

func TestLeaksInBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tr testkit.Trace
		err := loop.Main(func(co *coro.Co) error {
			loop.Of(co).CallLater(time.Minute, refresh)
			testkit.Spawn(co, func(co *coro.Co) error { return coro.Sleep(co, time.Hour) }, coro.Name("a"))
			return coro.Sleep(co, time.Second)
		}, loop.ReportLeaks(true), tr.Handler())
		require.Equal(t, []string{
			`task "a" never awaited, waits for sleep until 1h0m0s (leaksofruns_test.go:N)`,
			`timer in 59 s for loop_test.refresh`,
		}, leakTexts(loop.Leaks(err)))
	})
}
