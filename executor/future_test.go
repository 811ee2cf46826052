package executor_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/executor"
)

// The four states, and the two ways to finish.
func pendingFuture() *executor.Future[int] { return new(executor.Future[int]) }
func runningFuture() *executor.Future[int] { f := pendingFuture(); f.SetRunning(); return f }
func canceledFuture() *executor.Future[int] {
	f := pendingFuture()
	f.Cancel()
	return f
}
func noticedFuture() *executor.Future[int] { f := canceledFuture(); f.SetRunning(); return f }
func failedFuture() *executor.Future[int]  { f := runningFuture(); _ = f.SetError(errTest); return f }
func successfulFuture() *executor.Future[int] {
	f := runningFuture()
	_ = f.SetResult(42)
	return f
}

func TestFutureStates(t *testing.T) {
	tests := []struct {
		name     string
		make     func() *executor.Future[int]
		running  bool
		canceled bool
		done     bool
		result   int
		err      error
		text     string
		cancel   bool // what Cancel reports
	}{
		{
			name: "pending", make: pendingFuture,
			err: executor.ErrInvalidState, text: "<Future state=pending>", cancel: true,
		},
		{
			name: "running", make: runningFuture,
			running: true, err: executor.ErrInvalidState, text: "<Future state=running>",
		},
		{
			name: "canceled", make: canceledFuture,
			canceled: true, done: true, err: executor.ErrCanceled, text: "<Future state=canceled>", cancel: true,
		},
		{
			name: "canceled and noticed", make: noticedFuture,
			canceled: true, done: true, err: executor.ErrCanceled, text: "<Future state=canceled>", cancel: true,
		},
		{
			name: "failed", make: failedFuture,
			done: true, err: errTest, text: "<Future state=finished raised *errors.errorString>",
		},
		{
			name: "successful", make: successfulFuture,
			done: true, result: 42, text: "<Future state=finished returned int>",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := tt.make()
			require.Equal(t, tt.running, f.Running())
			require.Equal(t, tt.canceled, f.Canceled())
			require.Equal(t, tt.done, isDone(f))
			require.Equal(t, tt.text, f.String())
			require.Equal(t, tt.text, fmt.Sprint(f))
			result, err := f.Result()
			require.Equal(t, tt.result, result)
			require.ErrorIs(t, err, tt.err)

			called := 0
			f.AddDoneCallback(func(*executor.Future[int]) { called++ })
			require.Equal(t, tt.cancel, f.Cancel())
			require.Equal(t, tt.canceled || tt.cancel, f.Canceled())
			require.Equal(t, tt.running, f.Running(), "nothing stops what runs")
			require.Equal(t, tt.done || tt.cancel, called == 1)
			require.Equal(t, tt.cancel, f.Cancel(), "asked again")
			require.LessOrEqual(t, called, 1)
		})
	}
}

func TestSetRunning(t *testing.T) {
	require.True(t, pendingFuture().SetRunning())
	require.False(t, canceledFuture().SetRunning())
	require.False(t, noticedFuture().SetRunning())
	require.PanicsWithValue(t, "executor: SetRunning of a future that is running",
		func() { runningFuture().SetRunning() })
	require.PanicsWithValue(t, "executor: SetRunning of a future that is finished",
		func() { successfulFuture().SetRunning() })
}

func TestSetTwice(t *testing.T) {
	for name, set := range map[string]func(f *executor.Future[int]) error{
		"result": func(f *executor.Future[int]) error { return f.SetResult(1) },
		"error":  func(f *executor.Future[int]) error { return f.SetError(os.ErrClosed) },
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, set(pendingFuture()), "the owner need not call SetRunning if nothing runs")
			require.NoError(t, set(runningFuture()))

			f := successfulFuture()
			require.ErrorIs(t, set(f), executor.ErrInvalidState)
			v, err := wait(f)
			require.Equal(t, 42, v)
			require.NoError(t, err)

			f = failedFuture()
			require.ErrorIs(t, set(f), executor.ErrInvalidState)
			_, err = wait(f)
			require.Equal(t, errTest, err)

			f = canceledFuture()
			require.ErrorIs(t, set(f), executor.ErrInvalidState)
			require.True(t, f.Canceled())
		})
	}
}

func TestMisuse(t *testing.T) {
	require.PanicsWithValue(t, "executor: SetError of a nil error",
		func() { _ = runningFuture().SetError(nil) })
	require.PanicsWithValue(t, "executor: AddDoneCallback of a nil function",
		func() { pendingFuture().AddDoneCallback(nil) })
}

func TestWait(t *testing.T) {
	complete := []struct {
		name   string
		do     func(*executor.Future[int])
		result int
		err    error
	}{
		{"result", func(f *executor.Future[int]) { _ = f.SetResult(5) }, 5, nil},
		{"error", func(f *executor.Future[int]) { _ = f.SetError(errTest) }, 0, errTest},
		{"cancel", func(f *executor.Future[int]) { f.Cancel() }, 0, executor.ErrCanceled},
	}
	contexts := []struct {
		name string
		make func() (context.Context, context.CancelFunc)
	}{
		{"no deadline", func() (context.Context, context.CancelFunc) { return context.Background(), func() {} }},
		{"cancelable", func() (context.Context, context.CancelFunc) { return context.WithCancel(context.Background()) }},
	}
	for _, tt := range complete {
		for _, cc := range contexts {
			t.Run(tt.name+"/"+cc.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := cc.make()
					defer cancel()
					var f executor.Future[int]
					var woken atomic.Int32
					for range 3 {
						go func() {
							v, err := f.Wait(ctx)
							assert.Equal(t, tt.result, v)
							assert.Equal(t, tt.err, err)
							woken.Add(1)
						}()
					}
					synctest.Wait()
					require.Zero(t, woken.Load())
					tt.do(&f)
					synctest.Wait()
					require.EqualValues(t, 3, woken.Load())

					v, err := f.Wait(ctx)
					require.Equal(t, tt.result, v, "waiting for what is done")
					require.Equal(t, tt.err, err)
				})
			})
		}
	}
}

func TestWaitGivenUp(t *testing.T) {
	for _, f := range []*executor.Future[int]{pendingFuture(), runningFuture()} {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		before := f.String()
		_, err := f.Wait(ctx)
		require.Equal(t, context.Canceled, err)
		require.NotErrorIs(t, err, executor.ErrCanceled)
		require.Equal(t, before, f.String(), "the future is left as it is")

		ctx, cancel = context.WithTimeout(context.Background(), 0)
		_, err = f.Wait(ctx)
		cancel()
		require.Equal(t, context.DeadlineExceeded, err)
	}
}

func TestWaitPrefersTheOutcome(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	f := successfulFuture()
	for range 100 { // select would choose at random
		v, err := f.Wait(ctx)
		require.NoError(t, err)
		require.Equal(t, 42, v)
	}
}

func TestDoneIsOneChannel(t *testing.T) {
	f := pendingFuture()
	done := f.Done()
	require.Equal(t, done, f.Done())
	require.NoError(t, f.SetResult(1))
	require.Equal(t, done, f.Done())
	<-done
	require.Equal(t, successfulFuture().Done(), successfulFuture().Done(), "no channel made where none is needed")
}

func TestDoneCallbacks(t *testing.T) {
	tests := []struct {
		name     string
		complete func(*executor.Future[int])
		text     string
	}{
		{"result", func(f *executor.Future[int]) { _ = f.SetResult(5) }, "5 <nil>"},
		{"error", func(f *executor.Future[int]) { _ = f.SetError(errTest) }, "0 test"},
		{"cancel", func(f *executor.Future[int]) { f.Cancel() }, "0 executor: future canceled"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var f executor.Future[int]
			var events []string
			record := func(name string) func(*executor.Future[int]) {
				return func(got *executor.Future[int]) {
					require.Same(t, &f, got)
					v, err := got.Wait(context.Background()) // it is done: no deadlock
					events = append(events, fmt.Sprint(name, " ", v, " ", err))
				}
			}
			for _, name := range []string{"first", "second", "third"} {
				f.AddDoneCallback(record(name))
			}
			f.AddDoneCallback(func(f *executor.Future[int]) { f.AddDoneCallback(record("nested")) })
			require.Empty(t, events)
			tt.complete(&f)
			f.AddDoneCallback(record("late"))
			require.Equal(t, []string{
				"first " + tt.text, "second " + tt.text, "third " + tt.text, "nested " + tt.text, "late " + tt.text,
			}, events)
		})
	}
}

func TestErrCanceled(t *testing.T) {
	_, err := wait(canceledFuture())
	require.Equal(t, executor.ErrCanceled, err)
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, context.DeadlineExceeded)
	require.NotErrorIs(t, context.Canceled, executor.ErrCanceled)
	require.ErrorIs(t, fmt.Errorf("wrapped: %w", err), executor.ErrCanceled)
	require.ErrorIs(t, errors.Join(errTest, err), executor.ErrCanceled)
}
