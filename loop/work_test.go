package loop_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// shelf is an executor that keeps its jobs until the test does something with them.
type shelf struct{ jobs []executor.Job }

func (s *shelf) Execute(job executor.Job) error {
	s.jobs = append(s.jobs, job)
	return nil
}

func (s *shelf) Shutdown(executor.Pending) <-chan struct{} { return nil }

// each calls f with every job, on a goroutine for each, and waits for their end.
func (s *shelf) each(f func(executor.Job)) {
	var wg sync.WaitGroup
	for _, job := range s.jobs {
		wg.Add(1)
		go func() {
			defer wg.Done()
			f(job)
		}()
	}
	s.jobs = nil
	wg.Wait()
}

func (s *shelf) runAll()    { s.each(executor.Job.Run) }
func (s *shelf) cancelAll() { s.each(executor.Job.Cancel) }

// refusing is an executor that takes nothing.
type refusing struct{ shelf }

var errRefused = errors.New("refused")

func (*refusing) Execute(executor.Job) error { return errRefused }

// What becomes of work, and that it is counted as outside of the loop for exactly as
// long as it can still come back.
func TestWork(t *testing.T) {
	errTest := errors.New("test")
	for _, test := range []struct {
		name string
		f    func() (int, error)
		do   func(t *testing.T, l *loop.Loop, s *shelf, f *future.Future[int])
		want int
		err  error
	}{
		{"result", answer, func(t *testing.T, l *loop.Loop, s *shelf, f *future.Future[int]) {
			s.runAll()
		}, 42, nil},
		{"error", func() (int, error) { return 42, errTest }, func(t *testing.T, l *loop.Loop, s *shelf, f *future.Future[int]) {
			s.runAll()
		}, 0, errTest},
		{"Goexit", func() (int, error) { runtime.Goexit(); return 42, nil }, func(t *testing.T, l *loop.Loop, s *shelf, f *future.Future[int]) {
			s.runAll()
		}, 0, executor.ErrGoexit},
		{"canceled by its executor", notCalled(t), func(t *testing.T, l *loop.Loop, s *shelf, f *future.Future[int]) {
			s.cancelAll()
			require.False(t, f.Done(), "not before the loop runs")
		}, 0, future.ErrCanceled},
		{"canceled before it starts", notCalled(t), func(t *testing.T, l *loop.Loop, s *shelf, f *future.Future[int]) {
			require.True(t, f.Cancel())
			testkit.Iterate(t, l)
			require.Zero(t, l.OutsideCount(), "it cannot come back")
			s.runAll()
		}, 0, future.ErrCanceled},
		{"canceled before it starts, and by its executor", notCalled(t), func(t *testing.T, l *loop.Loop, s *shelf, f *future.Future[int]) {
			require.True(t, f.Cancel())
			testkit.Iterate(t, l)
			s.cancelAll()
		}, 0, future.ErrCanceled},
		{"canceled by its executor, and after that", notCalled(t), func(t *testing.T, l *loop.Loop, s *shelf, f *future.Future[int]) {
			s.cancelAll()
			require.True(t, f.Cancel())
		}, 0, future.ErrCanceled},
		{"canceled when it has ended", answer, func(t *testing.T, l *loop.Loop, s *shelf, f *future.Future[int]) {
			s.runAll()
			require.True(t, f.Cancel())
		}, 0, future.ErrCanceled},
		{"given a result by somebody else", answer, func(t *testing.T, l *loop.Loop, s *shelf, f *future.Future[int]) {
			require.NoError(t, f.SetResult(7))
			testkit.Iterate(t, l)
			require.Equal(t, 1, l.OutsideCount(), "the function is called all the same")
			s.runAll()
		}, 7, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			l, s := newLoop(t), &shelf{}
			f, err := loop.RunInExecutor(l, s, test.f)
			require.NoError(t, err)
			require.Equal(t, 1, l.OutsideCount())
			test.do(t, l, s, f)
			drain(t, l)
			require.Zero(t, l.OutsideCount())
			v, err := f.Result()
			require.Equal(t, test.want, v)
			require.ErrorIs(t, err, test.err)
		})
	}
	t.Run("canceled while it is done", func(t *testing.T) {
		l, s := newLoop(t), &shelf{}
		var f *future.Future[int]
		started, release := make(chan struct{}), make(chan struct{})
		f, err := loop.RunInExecutor(l, s, func() (int, error) {
			close(started)
			<-release
			return 42, nil
		})
		require.NoError(t, err)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			s.runAll()
		}()
		<-started
		require.True(t, f.Cancel())
		testkit.Iterate(t, l)
		require.Equal(t, 1, l.OutsideCount(), "its end is still to come")
		close(release)
		<-ended
		drain(t, l)
		require.Zero(t, l.OutsideCount())
		require.True(t, f.Canceled())
	})
	t.Run("refused", func(t *testing.T) {
		l := newLoop(t)
		_, err := loop.RunInExecutor(l, &refusing{}, answer)
		require.ErrorIs(t, err, errRefused)
		require.Zero(t, l.OutsideCount())
	})
	t.Run("of no function", func(t *testing.T) {
		require.PanicsWithValue(t, "loop: RunInExecutor of a nil function", func() {
			_, _ = loop.RunInExecutor[int](newLoop(t), nil, nil)
		})
	})
}

func notCalled(t *testing.T) func() (int, error) {
	return func() (int, error) {
		t.Error("the function is called")
		return 0, nil
	}
}

// Each way to another goroutine tells of a function that does not return.
func TestWorkThatDoesNotReturn(t *testing.T) {
	for name, run := range map[string]func(f func() (int, error)) coro.Func[int]{
		"RunInExecutor": func(f func() (int, error)) coro.Func[int] {
			return func(co *coro.Co) (int, error) {
				in, err := loop.RunInExecutor(loop.Of(co), nil, f)
				require.NoError(t, err)
				return in.Await(co)
			}
		},
		"ToThread": func(f func() (int, error)) coro.Func[int] { return loop.ToThread(contextless(f)) },
		"Go":       func(f func() (int, error)) coro.Func[int] { return loop.Go(contextless(f)) },
	} {
		t.Run(name, func(t *testing.T) {
			noLeak(t)
			_, err := loop.Run(run(func() (int, error) { panic("boom") }), loop.VirtualTime(true))
			var p *future.PanicError
			require.ErrorAs(t, err, &p)
			require.Equal(t, "boom", p.Value)
			require.Contains(t, string(p.Stack), "TestWorkThatDoesNotReturn")

			_, err = loop.Run(run(func() (int, error) {
				runtime.Goexit()
				return 0, nil
			}), loop.VirtualTime(true))
			require.ErrorIs(t, err, executor.ErrGoexit)
		})
	}
}

// What comes back to a closed loop is dropped.
//
// CPython: test_events.EventLoopTestsMixin.test_run_in_executor_cancel
func TestWorkOutlivesItsLoop(t *testing.T) {
	for name, end := range map[string]func(*shelf){"run": (*shelf).runAll, "canceled": (*shelf).cancelAll} {
		for _, canceled := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, given up before %v", name, canceled), func(t *testing.T) {
				l, s := loop.New(loop.VirtualTime(true)), &shelf{}
				f, err := loop.RunInExecutor(l, s, answer)
				require.NoError(t, err)
				if canceled {
					f.Cancel()
				}
				require.NoError(t, l.Close())
				end(s)
				require.Equal(t, canceled, f.Done())
			})
		}
	}
}

// Virtual time stands still while work is out, and goes on when it cannot come back.
func TestVirtualTimeWaitsForWork(t *testing.T) {
	noLeak(t)
	_, err := loop.Run(coro.Do(func(co *coro.Co) error {
		l, s := loop.Of(co), &shelf{}
		for range 3 {
			_, err := loop.RunInExecutor(l, s, answer)
			require.NoError(t, err)
		}
		dropped, err := loop.RunInExecutor(l, s, answer)
		require.NoError(t, err)
		dropped.Cancel()
		sleeper := coro.CreateTask(co, testkit.Sleeping(time.Hour))
		require.NoError(t, coro.Sleep(co, 0))
		require.Equal(t, 3, l.OutsideCount())
		start := l.Time()
		go s.runAll() // only this lets the loop go on
		_, err = sleeper.Await(co)
		require.Equal(t, time.Hour, l.Time()-start)
		require.Zero(t, l.OutsideCount())
		return err
	}), loop.VirtualTime(true))
	require.NoError(t, err)
}

// Whatever comes first, the start or the cancellation, each function runs exactly if
// it was not kept from it, and nothing is counted twice.
func TestWorkCancelRaces(t *testing.T) {
	noLeak(t)
	const rounds, jobs = 50, 20
	_, err := loop.Run(coro.Do(func(co *coro.Co) error {
		l := loop.Of(co)
		for range rounds {
			var ran atomic.Int32
			var tasks []*coro.Task[int]
			for range jobs {
				tasks = append(tasks, coro.CreateTask(co, loop.ToThread(func(context.Context) (int, error) {
					return int(ran.Add(1)), nil
				})))
			}
			require.NoError(t, coro.Sleep(co, 0)) // now all are handed over
			for i, task := range tasks {
				if i%2 == 0 {
					task.Cancel()
				}
			}
			for i, task := range tasks {
				if _, err := task.Await(co); i%2 == 0 {
					require.ErrorIs(t, err, future.ErrCanceled)
				} else {
					require.NoError(t, err)
				}
			}
			require.GreaterOrEqual(t, int(ran.Load()), jobs/2)
		}
		// Those that started and were canceled come back in their own time: the clock
		// waits for them.
		require.NoError(t, coro.Sleep(co, time.Hour))
		require.Zero(t, l.OutsideCount())
		return nil
	}), loop.VirtualTime(true))
	require.NoError(t, err)
}
