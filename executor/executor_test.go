package executor_test

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/executor"
)

// direct is an executor that runs a job before Execute returns.
type direct struct{}

func (direct) Execute(job executor.Job) error { job.Run(); return nil }
func (direct) Shutdown(executor.Pending) <-chan struct{} {
	done := make(chan struct{})
	close(done)
	return done
}

// shelf is an executor that keeps its jobs until the test runs them.
type shelf struct {
	direct
	jobs []executor.Job
}

func (s *shelf) Execute(job executor.Job) error {
	s.jobs = append(s.jobs, job)
	return nil
}

// closed is an executor that takes no jobs.
type closed struct{ direct }

func (closed) Execute(executor.Job) error { return executor.ErrShutdown }

func TestSubmit(t *testing.T) {
	tests := []struct {
		name   string
		f      func() (int, error)
		result int
		err    error
	}{
		{"result", returns(256, nil), 256, nil},
		{"error", returns(0, errTest), 0, errTest},
		{"result and error", returns(7, os.ErrClosed), 7, os.ErrClosed},
		{"a canceled future's error is an error like others", returns(0, executor.ErrCanceled), 0, executor.ErrCanceled},
		{"a canceled context's error too", returns(0, context.Canceled), 0, context.Canceled},
	}
	executors := map[string]executor.Executor{"direct": direct{}, "pool": newPool(t)}
	for _, tt := range tests {
		for name, e := range executors {
			t.Run(tt.name+"/"+name, func(t *testing.T) {
				f := submit(t, e, tt.f)
				v, err := wait(f)
				require.Equal(t, tt.result, v)
				require.Equal(t, tt.err, err)
				require.False(t, f.Canceled())
				require.False(t, f.Running())
				require.False(t, f.Cancel())
			})
		}
	}
}

func TestSubmitRefused(t *testing.T) {
	f, err := executor.Submit(closed{}, returns(1, nil))
	require.ErrorIs(t, err, executor.ErrShutdown)
	require.Nil(t, f)
}

func TestSubmitNil(t *testing.T) {
	require.PanicsWithValue(t, "executor: Submit of a nil function",
		func() { _, _ = executor.Submit[int](direct{}, nil) })
	require.PanicsWithValue(t, "executor: Execute of a nil job",
		func() { _ = newPool(t).Execute(nil) })
}

// A job whose executor runs it late, after its future was canceled, or never.
func TestJob(t *testing.T) {
	t.Run("is running while it runs", func(t *testing.T) {
		var s shelf
		var f *executor.Future[bool]
		f = submit(t, &s, func() (bool, error) { return f.Running() && !f.Cancel(), nil })
		require.False(t, f.Running())
		s.jobs[0].Run()
		running, err := f.Result()
		require.NoError(t, err)
		require.True(t, running)
	})
	t.Run("canceled before it runs", func(t *testing.T) {
		var s shelf
		f := submit(t, &s, func() (int, error) { t.Error("it ran"); return 0, nil })
		require.True(t, f.Cancel())
		s.jobs[0].Run()
		require.True(t, f.Canceled())
	})
	t.Run("canceled by its executor", func(t *testing.T) {
		var s shelf
		f := submit(t, &s, returns(1, nil))
		s.jobs[0].Cancel()
		_, err := wait(f)
		require.Equal(t, executor.ErrCanceled, err)
		s.jobs[0].Cancel() // harmless
	})
	t.Run("given its result by somebody else", func(t *testing.T) {
		var s shelf
		var f *executor.Future[int]
		f = submit(t, &s, func() (int, error) { return 1, f.SetResult(2) })
		s.jobs[0].Run()
		v, err := f.Result()
		require.NoError(t, err)
		require.Equal(t, 2, v, "the first result counts")
	})
}

func TestNilIsRefused(t *testing.T) {
	require.PanicsWithValue(t, "executor: a nil Option; leave it out", func() { _, _ = executor.NewThreadPool(nil) })
	require.PanicsWithValue(t, "executor: Submit to a nil executor; NewThreadPool makes one", func() { _, _ = executor.Submit(nil, returns(1, nil)) })
}
