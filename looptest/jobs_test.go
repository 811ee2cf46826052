package looptest_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/looptest"
)

// onThreads has as many functions at work at the same time, and a note of what each does.
func onThreads(n int, note func(what string)) func(co *coro.Co) error {
	return func(co *coro.Co) error {
		return coro.Group(co, func(g *coro.TaskGroup) error {
			for i := range n {
				coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
					v, err := loop.ToThread(func(context.Context) (int, error) {
						note(fmt.Sprintf("%d works", i))
						return i, nil
					})(co)
					note(fmt.Sprintf("%d comes", v))
					return err
				}))
			}
			return nil
		})
	}
}

func TestJobsTakeTime(t *testing.T) {
	var got []string
	main := func(t *looptest.T, co *coro.Co) error {
		got = nil
		return onThreads(3, func(what string) { got = append(got, fmt.Sprintf("%s at %v", what, t.Loop().Time())) })(co)
	}
	// Two at a time, the first come first.
	looptest.Run(t, main, looptest.Jobs(time.Second, time.Second, 2))
	require.Equal(t, []string{
		"0 works at 1s", "1 works at 1s", "0 comes at 1s", "1 comes at 1s", "2 works at 2s", "2 comes at 2s",
	}, got)

	// The function of a name takes a time of its own.
	looptest.Run(t, main, looptest.JobTakes("looptest_test.onThreads", time.Minute, time.Minute))
	require.Equal(t, "0 works at 1m0s", got[0])
	looptest.Run(t, main, looptest.JobTakes("looptest_test.onThread", time.Minute, time.Minute))
	require.Equal(t, "0 works at 0s", got[0], "another name")

	r, _ := explore(t, main, looptest.JobTakes("looptest_test.onThread", time.Minute, time.Minute), looptest.Runs(1))
	require.Equal(t, []string{
		`looptest: JobTakes of "looptest_test.onThread": no function of that name was given to a thread or goroutine in 1 schedule`,
	}, r.errors)

	// Every order, and each job at its beginning or its end.
	seen := map[string]bool{}
	r, result := explore(t, func(t *looptest.T, co *coro.Co) error {
		order := ""
		err := onThreads(2, func(what string) { order += what[:3] })(co)
		seen[order] = true
		return err
	})
	require.Empty(t, r.errors)
	require.True(t, result.All)
	require.Equal(t, map[string]bool{
		"0 w1 w0 c1 c": true, "0 w1 w1 c0 c": true, "1 w0 w1 c0 c": true, "1 w0 w0 c1 c": true,
		"0 w0 c1 w1 c": true, "1 w1 c0 w0 c": true,
	}, seen)
}

// What a job does with the program's variables comes at one point of the time that it takes: that
// which is wrong is found.
func TestAJobInBetween(t *testing.T) {
	main := func(t *looptest.T, co *coro.Co) error {
		config := "old"
		task := coro.CreateTask(co, loop.ToThread(func(context.Context) (string, error) { return config, nil }))
		if err := coro.Sleep(co, 500*time.Millisecond); err != nil {
			return err
		}
		config = "new"
		v, err := task.Await(co)
		require.Equal(t, "old", v)
		return err
	}
	r, result := explore(t, main, looptest.Jobs(time.Millisecond, time.Second, 1), looptest.SlowSteps(false))
	require.Equal(t, "d0=1s", result.Schedule)
	require.Contains(t, r.text(), "the end of the job github.com/ouro-loop/ouro/looptest_test.TestAJobInBetween.func1.1")
	r, result = explore(t, func(t *looptest.T, co *coro.Co) error {
		config := "old"
		task := coro.CreateTask(co, loop.ToThread(func(context.Context) (string, error) { return config, nil }))
		if err := coro.Sleep(co, time.Millisecond); err != nil {
			return err
		}
		config = "new"
		v, err := task.Await(co)
		require.Equal(t, "new", v)
		return err
	}, looptest.Jobs(time.Second, time.Second, 1), looptest.SlowSteps(false))
	require.Equal(t, "c0/2=1", result.Schedule)
	require.Contains(t, r.text(), "→ the job github.com/ouro-loop/ouro/looptest_test.TestAJobInBetween.func2.1 does its work at the beginning")
}

// A job that may have ended may do so in the middle of a step. What it posts comes before its outcome.
func TestAJobInTheMiddleOfAStep(t *testing.T) {
	seen := map[string]bool{}
	main := func(t *looptest.T, co *coro.Co) error {
		l, stage, got := t.Loop(), 0, ""
		note := func(what string) { got += what }
		var f *future.Future[int]
		look := func() { note(fmt.Sprint(f.Done(), " ")) }
		f, err := loop.RunInExecutor(l, nil, func() (int, error) {
			_, err := l.CallSoonThreadsafe(func() { note(fmt.Sprint("post ", f.Done(), " ")) })
			return stage, err
		})
		if err != nil {
			return err
		}
		for range 2 {
			stage++
			l.CallSoon(look)
		}
		stage++
		n, err := f.Await(co)
		seen[fmt.Sprint(got, n)] = true
		return err
	}
	_, result := explore(t, main, looptest.Jobs(0, 0, 1))
	require.Equal(t, looptest.Result{Runs: 3, All: true}, result)
	require.Equal(t, map[string]bool{
		"false false post false 3": true, // the usual way, in which an outcome comes between two iterations
		"post false true true 1":   true,
		"false post false true 2":  true,
	}, seen)

	clear(seen)
	_, result = explore(t, main, looptest.Jobs(time.Millisecond, time.Millisecond, 1))
	require.True(t, result.All)
	require.Equal(t, map[string]bool{"false false post false 3": true}, seen)
}

func TestHowJobsEnd(t *testing.T) {
	outcome := func(f func(context.Context) (int, error)) string {
		var got string
		r := observe(t, func(tb testing.TB) {
			looptest.Run(tb, func(t *looptest.T, co *coro.Co) error {
				v, err := loop.ToThread(f)(co)
				got = fmt.Sprintf("%d, %v", v, err)
				return nil
			})
		})
		require.Empty(t, r.errors)
		return got
	}
	require.Equal(t, "1, <nil>", outcome(func(context.Context) (int, error) { return 1, nil }))
	require.Equal(t, "0, broken", outcome(func(context.Context) (int, error) { return 0, errBroken }))
	require.Contains(t, outcome(func(context.Context) (int, error) { panic("no") }), "no")
	require.Equal(t, "0, "+executor.ErrGoexit.Error(), outcome(func(context.Context) (int, error) {
		runtime.Goexit()
		return 1, nil
	}))
}

// What a job tells the run's own t is as good as what a task does.
func TestAJobThatFailsTheTest(t *testing.T) {
	r, result := explore(t, func(t *looptest.T, co *coro.Co) error {
		_, err := loop.ToThread(func(context.Context) (int, error) {
			require.Equal(t, 0, t.Choose("wrong", 2), "the job says")
			return 1, nil
		})(co)
		return err
	})
	require.Len(t, r.errors, 1)
	require.Contains(t, r.errors[0], "the job says")
	require.Regexp(t, `^c\d/2=1$`, result.Schedule)
	requireNothingRuns(t)
}

// A function that is at work goes on when its task is canceled; one that has not begun never does. The
// end of the loop waits for the first, in the loop's time.
func TestJobsThatAreCanceled(t *testing.T) {
	var got []string
	looptest.Run(t, func(t *looptest.T, co *coro.Co) error {
		l := t.Loop()
		work := func(name string) coro.Func[coro.None] {
			return loop.ToThreadDo(func(ctx context.Context) error {
				got = append(got, fmt.Sprintf("%s at %v, %v", name, l.Time(), ctx.Err()))
				return nil
			})
		}
		first := coro.CreateTask(co, work("first"))
		second := coro.CreateTask(co, work("second"))
		if err := coro.Sleep(co, time.Second); err != nil {
			return err
		}
		first.Cancel()
		second.Cancel()
		_, _, err := coro.Wait(co, []future.Any{first, second})
		require.True(t, first.Canceled() && second.Canceled())
		require.Equal(t, time.Second, l.Time())
		t.Finally(func() { require.Len(t, got, 1) })
		return err
	}, looptest.Jobs(time.Minute, time.Minute, 1))
	require.Equal(t, []string{"first at 1m0s, context canceled"}, got)
}

func TestATimeoutOfAJob(t *testing.T) {
	seen := map[string]bool{}
	r, _ := explore(t, func(t *looptest.T, co *coro.Co) error {
		err := coro.Timeout(co, 500*time.Millisecond, func(*coro.TimeoutScope) error {
			_, err := loop.ToThread(func(context.Context) (int, error) { return 1, nil })(co)
			return err
		})
		seen[fmt.Sprintf("%t", future.IsTimeout(err))] = true
		return nil
	})
	require.Empty(t, r.errors)
	require.Equal(t, map[string]bool{"true": true, "false": true}, seen)
}

func slow() (int, error) { return 1, nil }

func TestJobsThatAreLeft(t *testing.T) {
	nothing := func(context.Context) (int, error) { return 1, nil }
	left := func(t *looptest.T, co *coro.Co) error {
		pool, err := executor.NewThreadPool()
		require.NoError(t, err)
		_, err = loop.RunInExecutor(t.Loop(), pool, slow)
		require.NoError(t, err)
		_, err = loop.RunInExecutor(t.Loop(), nil, func() (int, error) { return 1, nil })
		require.NoError(t, err)
		coro.CreateTask(co, loop.Go(nothing), coro.Quiet())
		return coro.Sleep(co, 0)
	}
	second, minute := looptest.Jobs(time.Second, time.Second, 1), looptest.JobTakes("looptest_test.slow", time.Minute, time.Minute)
	r := observe(t, func(tb testing.TB) { looptest.Run(tb, left, second, minute) })
	require.Len(t, r.errors, 1)
	require.Regexp(t, `left behind when main had ended:
  work on a thread not done: github.com/ouro-loop/ouro/looptest_test.slow \(jobs_test.go:\d+\)
replay`, r.errors[0], "the cleanup waits for the default executor, and cancels the task that waits for Go")
	var leaks []loop.Leak
	r = observe(t, func(tb testing.TB) {
		looptest.Run(tb, left, second, minute, looptest.Left(func(l loop.Leak) bool { leaks = append(leaks, l); return true }))
	})
	require.Empty(t, r.errors)
	require.Len(t, leaks, 1)
	require.Equal(t, loop.LeakedWork, leaks[0].Kind)
	require.Equal(t, "thread", leaks[0].Name)
	require.Regexp(t, `looptest/jobs_test\.go:\d+$`, leaks[0].Site)
}

// What goes on between a job and the loop.
func TestJobsThatUseTheLoop(t *testing.T) {
	var got []string
	looptest.Run(t, func(t *looptest.T, co *coro.Co) error {
		l := t.Loop()
		_, err := loop.ToThread(func(context.Context) (int, error) {
			_, err := l.CallSoonThreadsafe(func() { got = append(got, "posted") })
			_, err2 := loop.Submit(l, coro.Do(func(*coro.Co) error { got = append(got, "submitted"); return nil }))
			got = append(got, "at work")
			return 1, errors.Join(err, err2)
		})(co)
		got = append(got, "come")
		return err
	})
	require.Equal(t, []string{"at work", "posted", "submitted", "come"}, got)
}

func TestJobsThatWaitForTheLoop(t *testing.T) {
	release := make(chan struct{})
	waits := func(t *looptest.T, co *coro.Co) error {
		l := t.Loop()
		_, err := loop.ToThread(func(context.Context) (int, error) {
			f, err := loop.Submit(l, coro.Do(func(*coro.Co) error { return nil }))
			if err != nil {
				return 0, err
			}
			select {
			case <-f.Done():
			case <-release:
			}
			return 1, nil
		})(co)
		return err
	}
	r := observe(t, func(tb testing.TB) { looptest.Run(tb, waits, looptest.JobPatience(10*time.Millisecond)) })
	require.Len(t, r.errors, 1)
	require.Regexp(t, `^
the job github.com/ouro-loop/ouro/looptest_test.TestJobsThatWaitForTheLoop.func1.1 has not ended for 10ms: the loop stands still while it runs, so it must not wait for the loop, nor for another job.
  1 goroutine: select at looptest/jobs_test.go:\d+
replay`, r.errors[0])
	close(release)
	requireNothingRuns(t)
}

func TestJobsElsewhere(t *testing.T) {
	job := func(t *looptest.T, co *coro.Co) error {
		v, err := loop.ToThread(func(context.Context) (int, error) { return 1, nil })(co)
		if err == nil {
			require.Equal(t, 1, v)
		}
		return err
	}
	t.Run("bubble", func(t *testing.T) {
		looptest.Explore(t, job, looptest.Bubble())
		r := observe(t, func(tb testing.TB) {
			looptest.Run(tb, func(t *looptest.T, co *coro.Co) error {
				_, err := loop.ToThread(func(context.Context) (int, error) { return <-make(chan int), nil })(co)
				return err
			}, looptest.Bubble())
		})
		require.Contains(t, r.text(), "goroutines of the run are blocked for ever")
	})
	t.Run("deterministic", func(t *testing.T) {
		r, result := deterministic(t, job)
		require.Empty(t, r.errors)
		require.NotZero(t, result.Hash)
	})
	t.Run("everywhere", func(t *testing.T) {
		r, _ := everywhere(t, looptest.CancelEverywhere, job)
		require.Equal(t, []string{"looptest: 3 cancellations pass: 1 task, 1 wait"}, r.logs)
		r, _ = everywhere(t, failEverywhere, job)
		require.Equal(t, []string{"looptest: 1 failure passes: 1 task, 1 wait"}, r.logs)
	})
	t.Run("with State", func(t *testing.T) {
		with := func(state bool) (orders map[string]bool) {
			orders = map[string]bool{}
			r, result := explore(t, func(t *looptest.T, co *coro.Co) error {
				order := ""
				if state {
					t.State(func() uint64 { return looptest.Digest(order) })
				}
				err := onThreads(2, func(what string) { order += what[:3] })(co)
				orders[order] = true
				return err
			})
			require.Empty(t, r.errors)
			require.True(t, result.All)
			return orders
		}
		require.Equal(t, with(false), with(true))
	})
}

func TestBadJobsAreRefused(t *testing.T) {
	require.PanicsWithValue(t, "looptest: Jobs from 2s to 1s, which is no range of times", func() {
		looptest.Jobs(2*time.Second, time.Second, 1)
	})
	require.PanicsWithValue(t, "looptest: Jobs with 0 threads; at least one it must be", func() { looptest.Jobs(0, 0, 0) })
	require.PanicsWithValue(t, `looptest: JobTakes of "load", which is not like bank.load`, func() { looptest.JobTakes("load", 0, 0) })
	require.PanicsWithValue(t, "looptest: JobTakes from -1s to 1s, which is no range of times", func() {
		looptest.JobTakes("a", -time.Second, time.Second)
	})
}
