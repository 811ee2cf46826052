package loop_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/trace"
)

// sameInReplay runs main and its replay, in which run is 1, with the same options, and expects the
// same outcome of both.
func sameInReplay(t *testing.T, main func(run int, told *[]string) func(co *coro.Co) error, opts ...loop.Option) {
	t.Helper()
	var file bytes.Buffer
	var told [2][]string
	var hashes [2]uint64
	var errs [2]string
	for run, tape := range []func() loop.Option{
		func() loop.Option { return loop.RecordTo(&file) },
		func() loop.Option { return loop.ReplayFrom(&file) },
	} {
		r := trace.New(trace.Last(1 << 16))
		err := loop.Main(main(run, &told[run]), append(opts, tape(), loop.Record(r))...)
		if err != nil {
			errs[run] = err.Error()
		}
		hashes[run] = r.Trace().Hash()
	}
	require.Equal(t, errs[0], errs[1])
	require.Equal(t, told[0], told[1])
	require.Equal(t, hashes[0], hashes[1])
}

func TestReplayOfJobs(t *testing.T) {
	type opaque struct{ n int }
	sameInReplay(t, func(run int, told *[]string) func(co *coro.Co) error {
		tell := func(s string) { *told = append(*told, s) }
		return func(co *coro.Co) error {
			s, err := loop.ToThread(func(context.Context) (string, error) {
				require.Zero(t, run, "its outcome is in the record")
				return time.Now().String(), nil
			})(co)
			if err != nil {
				return err
			}
			tell(s)
			o, err := loop.Go(func(context.Context) (opaque, error) { return opaque{7}, nil })(co)
			if err != nil || o.n != 7 {
				return errors.New("it is called again")
			}
			_, err = loop.ToThread(func(context.Context) (int, error) {
				require.Zero(t, run)
				return 0, &os.PathError{Op: "open", Path: "x", Err: os.ErrNotExist}
			})(co)
			require.ErrorIs(t, err, os.ErrNotExist)
			tell(err.Error())
			_, err = loop.ToThread(func(context.Context) (int, error) { panic("in a job") })(co)
			var p *future.PanicError
			require.ErrorAs(t, err, &p)

			f, err := loop.RunInExecutor(loop.Of(co), refusesOnce{run}, func() (int, error) { return 1, nil })
			require.Nil(t, f)
			require.ErrorIs(t, err, executor.ErrShutdown)
			return nil
		}
	})
}

// refusesOnce is an executor that refuses, but not in a replay.
type refusesOnce struct{ run int }

func (e refusesOnce) Execute(executor.Job) error {
	if e.run == 0 {
		return executor.ErrShutdown
	}
	return nil
}

func (refusesOnce) Shutdown(executor.Pending) <-chan struct{} { return nil }

// A job that nobody waits for any more, and one that is canceled before a thread takes it.
func TestReplayOfCanceledJobs(t *testing.T) {
	for range 50 {
		sameInReplay(t, func(_ int, _ *[]string) func(co *coro.Co) error {
			return func(co *coro.Co) error {
				for range 20 {
					task := coro.CreateTask(co, loop.ToThread(func(context.Context) (struct{ n int }, error) { return struct{ n int }{}, nil }))
					_ = coro.Sleep(co, 0)
					task.Cancel()
				}
				return coro.Sleep(co, time.Millisecond)
			}
		})
	}
}

func TestReplayOfChanceAndTime(t *testing.T) {
	sameInReplay(t, func(run int, told *[]string) func(co *coro.Co) error {
		return func(co *coro.Co) error {
			l := loop.Of(co)
			bytes := make([]byte, 8)
			_, _ = io.ReadFull(l.Entropy(), bytes)
			home, err := loop.Recorded(co, func() (string, error) {
				require.Zero(t, run)
				return time.Now().String(), nil
			})
			require.NoError(t, err)
			_, err = loop.Recorded(co, func() (int, error) { return 0, io.EOF })
			require.Equal(t, io.EOF, err)
			*told = append(*told, l.Now().String(), l.Time().String(), string(bytes), home)
			if l.Rand().IntN(2) == 0 {
				return coro.Sleep(co, 0)
			}
			return nil
		}
	})
}

func TestReplayOfWhatCannotBeKept(t *testing.T) {
	main := func(co *coro.Co) error {
		_, err := loop.Recorded(co, func() (struct{ n int }, error) { return struct{ n int }{1}, nil })
		return err
	}
	file, _ := recordRun(t, main)
	_, err := replayRun(file, main, quietly())
	var parted *loop.PartedError
	require.ErrorAs(t, err, &parted)
	require.Contains(t, parted.Program, "asks for a struct { n int }, with Recorded: a struct { n int } that is not in the record")
}

func TestReplayOfPostsAndSubmits(t *testing.T) {
	for range 20 {
		sameInReplay(t, func(_ int, told *[]string) func(co *coro.Co) error {
			return func(co *coro.Co) error {
				l := loop.Of(co)
				ended := make(chan int)
				go func() {
					defer close(ended)
					f, _ := loop.Submit(l, coro.Do1(nap, 0))
					h, _ := l.CallSoonThreadsafe(func() { *told = append(*told, "called, if it was in time") })
					h.Cancel()
					_, _ = f.Wait(context.Background())
					_, _ = l.CallSoonThreadsafe(func() { *told = append(*told, "called") })
					g, _ := loop.Submit(l, coro.Do1(nap, time.Hour))
					g.Cancel()
					ended <- 1
				}()
				for range 20 {
					_ = coro.Sleep(co, 0)
				}
				v, err := loop.Receive(ended)(co)
				require.NoError(t, err)
				require.Equal(t, 1, v)
				_, err = loop.Receive(ended)(co)
				require.ErrorIs(t, err, loop.ErrChannelClosed)
				return coro.Sleep(co, time.Microsecond)
			}
		})
	}
}

// What was canceled before the loop came to it does not begin in a replay either, in which nobody was so fast.
func TestReplayOfSubmitCanceledBefore(t *testing.T) {
	sameInReplay(t, func(run int, told *[]string) func(co *coro.Co) error {
		return func(co *coro.Co) error {
			l := loop.Of(co)
			submitted := make(chan struct{})
			go func() {
				defer close(submitted)
				f, _ := loop.Submit(l, coro.Do(func(*coro.Co) error {
					*told = append(*told, "begun")
					return nil
				}))
				if run == 0 {
					f.Cancel()
				}
			}()
			<-submitted
			for range 3 {
				_ = coro.Sleep(co, 0)
			}
			require.Empty(t, *told)
			return nil
		}
	})
}

// A receiver that is canceled at the moment at which a value comes.
func TestReplayOfCanceledReceive(t *testing.T) {
	for range 50 {
		sameInReplay(t, func(_ int, told *[]string) func(co *coro.Co) error {
			return func(co *coro.Co) error {
				ch := make(chan int, 1)
				got := 0
				task := coro.CreateTask(co, coro.Do(func(co *coro.Co) (err error) {
					got, err = loop.Receive(ch)(co)
					return err
				}))
				_ = coro.Sleep(co, 0)
				_ = coro.Sleep(co, 0)
				ch <- 1
				runtime.Gosched()
				task.Cancel()
				_, _, _ = coro.Wait(co, []coro.AnyTask{task})
				*told = append(*told, fmt.Sprint(got, task.Canceled()))
				if got == 0 {
					got, _ = loop.Receive(ch)(co)
				}
				require.Equal(t, 1, got, "it was not lost")
				return nil
			}
		})
	}
}

func TestReplayOfWrappedFutures(t *testing.T) {
	for range 20 {
		sameInReplay(t, func(_ int, _ *[]string) func(co *coro.Co) error {
			return func(co *coro.Co) error {
				pool, err := executor.NewThreadPool()
				require.NoError(t, err)
				defer pool.Shutdown(executor.RunPending)
				for i := range 5 {
					f, err := executor.Submit(pool, func() (int, error) { return i, nil })
					require.NoError(t, err)
					w, err := loop.WrapFuture(loop.Of(co), f)
					require.NoError(t, err)
					v, err := w.Await(co)
					require.NoError(t, err)
					require.Equal(t, i, v)
				}
				return nil
			}
		})
	}
}

func TestReplayOfTheEndOfAContext(t *testing.T) {
	for _, before := range []bool{false, true} {
		ctx, cancel := context.WithCancelCause(context.Background())
		if before {
			cancel(io.ErrClosedPipe)
		}
		sameInReplay(t, func(run int, _ *[]string) func(co *coro.Co) error {
			return func(co *coro.Co) error {
				if run == 0 {
					go cancel(io.ErrClosedPipe)
				}
				return coro.Sleep(co, time.Hour)
			}
		}, loop.Context(ctx))
	}
}

func TestReplayOfStopFromElsewhere(t *testing.T) {
	var file bytes.Buffer
	for run, tape := range []func() loop.Option{
		func() loop.Option { return loop.RecordTo(&file) },
		func() loop.Option { return loop.ReplayFrom(&file) },
	} {
		l := loop.New(tape())
		n := 0
		var tick func()
		tick = func() {
			if n++; n == 10 && run == 0 {
				go l.Stop()
			}
			l.CallSoon(tick)
		}
		l.CallSoon(tick)
		require.NoError(t, l.RunForever())
		require.GreaterOrEqual(t, n, 10)
		before := n
		l.CallSoon(l.Stop)
		require.NoError(t, l.RunForever())
		require.Greater(t, n, before-1)
		require.NoError(t, l.Close())
	}
}

// What the garbage collector finds is told at the same place.
func TestReplayOfLostErrors(t *testing.T) {
	var file bytes.Buffer
	var told [2][]string
	for run, tape := range []func() loop.Option{
		func() loop.Option { return loop.RecordTo(&file) },
		func() loop.Option { return loop.ReplayFrom(&file) },
	} {
		err := loop.Main(func(co *coro.Co) error {
			coro.CreateTask(co, coro.Do(func(*coro.Co) error { return io.EOF }))
			_ = coro.Sleep(co, 0)
			_ = coro.Sleep(co, 0)
			for i := 0; ; i++ {
				seen, err := loop.Recorded(co, func() (bool, error) {
					runtime.GC()
					return len(told[0]) > 0, nil
				})
				if err != nil || seen {
					told[run] = append(told[run], "after some time")
					return err
				}
				_ = coro.Sleep(co, 0)
			}
		}, tape(), loop.OnException(func(_ *loop.Loop, c future.ErrorContext) { told[run] = append(told[run], c.Message) }))
		require.NoError(t, err)
	}
	require.Equal(t, told[0], told[1])
	require.Equal(t, "Task exception was never retrieved", told[0][0])
}

// In a replay debug mode and a recorder of everything may be on.
func TestReplayWithDebug(t *testing.T) {
	main := tapedProgram(5)
	file, _ := recordRun(t, main, quietly(), loop.EagerTasks(true))
	_, err := replayRun(file, main, quietly(), loop.EagerTasks(true), loop.Debug(true), loop.SlowCallback(time.Hour), loop.Regions(true))
	require.NoError(t, err)
	r := trace.New(trace.Full())
	err = loop.Main(main, quietly(), loop.EagerTasks(true), loop.ReplayFrom(bytes.NewReader(file)), loop.Record(r))
	require.NoError(t, err)
	require.NotEmpty(t, r.Trace().Events)
	_, err = replayRun(file, main, quietly())
	var parted *loop.PartedError
	require.ErrorAs(t, err, &parted)
	require.Contains(t, parted.Changed, "options EagerTasks(true) Hermetic(false), now EagerTasks(false) Hermetic(false)")
}

func TestReplayOfAnOwnClock(t *testing.T) {
	sameInReplay(t, func(_ int, told *[]string) func(co *coro.Co) error {
		return func(co *coro.Co) error {
			err := coro.Sleep(co, time.Hour)
			*told = append(*told, loop.Of(co).Time().String())
			return err
		}
	}, loop.Rate(1e9))
}

// What a job has posted, which is not called again, is missed, and the replay does not hang.
func TestReplayMissesAPost(t *testing.T) {
	defer loop.SetReplayPatience(time.Millisecond)()
	main := func(co *coro.Co) error {
		l := loop.Of(co)
		_, err := loop.ToThread(func(context.Context) (int, error) {
			_, _ = l.CallSoonThreadsafe(func() {})
			return 1, nil
		})(co)
		return err
	}
	file, _ := recordRun(t, main)
	_, err := replayRun(file, main, quietly())
	var parted *loop.PartedError
	require.ErrorAs(t, err, &parted)
	require.Contains(t, parted.Program, "has nobody who posts it")
	require.Contains(t, parted.Record, "a CallSoonThreadsafe (loop/recorddoors_test.go:")
}

func TestTapesAndSteps(t *testing.T) {
	l := loop.New(loop.RecordTo(io.Discard))
	defer func() { require.NoError(t, l.Close()) }()
	require.EqualError(t, l.Step(), "loop: a loop that is recorded or replayed cannot be stepped; run it")
	require.Panics(t, func() { loop.New(loop.RecordTo(io.Discard), loop.VirtualTime(true)) })
	require.Panics(t, func() { loop.New(loop.RecordTo(io.Discard), loop.ReplayFrom(&bytes.Buffer{})) })
	require.Panics(t, func() { loop.RecordTo(nil) })
	require.Panics(t, func() { loop.ReplayFrom(nil) })
}

// A loop whose record is refused can be used in every way but run.
func TestLoopOfARefusedRecord(t *testing.T) {
	l := loop.New(loop.ReplayFrom(&bytes.Buffer{}))
	_, err := loop.RunInExecutor(l, nil, func() (int, error) { return 1, nil })
	require.NoError(t, err)
	_, err = l.CallSoonThreadsafe(func() {})
	require.NoError(t, err)
	l.CallLater(time.Second, func() {})
	require.Zero(t, l.Time())
	require.ErrorIs(t, l.RunForever(), loop.ErrNoRecord)
	require.ErrorIs(t, l.Close(), loop.ErrNoRecord)
}
