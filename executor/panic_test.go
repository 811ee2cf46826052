package executor_test

import (
	"io"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/future"
)

// culprit is a function that the stack of a panic must name.
func culprit(value any) (int, error) { panic(value) }

func TestPanicInAJob(t *testing.T) {
	tests := []struct {
		name string
		f    func() (int, error)
		text string
		is   error
	}{
		{"text", func() (int, error) { return culprit("boom") }, "boom", nil},
		{"error", func() (int, error) { return culprit(io.EOF) }, "EOF", io.EOF},
		{"nil", func() (int, error) { return culprit(nil) }, new(runtime.PanicNilError).Error(), nil},
	}
	pool := newPool(t, executor.MaxWorkers(1))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := submit(t, pool, tt.f)
			v, err := wait(f)
			require.Zero(t, v)
			require.ErrorContains(t, err, "panic: "+tt.text+" (at executor/panic_test.go:15)")
			require.Equal(t, "<Future state=finished raised *future.PanicError>", f.String())

			var p *future.PanicError
			require.ErrorAs(t, err, &p)
			require.Contains(t, string(p.Stack), "culprit")
			if tt.is != nil {
				require.ErrorIs(t, err, tt.is)
			}
			require.Equal(t, 1, pool.Workers(), "the worker survives")
		})
	}
}

func TestPanicInACallback(t *testing.T) {
	boom := func(*executor.Future[int]) { _, _ = culprit("doh!") }
	requireLogged := func(t *testing.T, l *logged, future string) {
		t.Helper()
		require.Contains(t, l.String(), `level=ERROR msg="executor: panic in a done callback"`)
		require.Contains(t, l.String(), future)
		require.Contains(t, l.String(), "panic=doh!")
		require.Contains(t, l.String(), "culprit")
	}
	t.Run("the others are called", func(t *testing.T) {
		l := captureLog(t)
		var f executor.Future[int]
		var events []string
		record := func(name string) func(*executor.Future[int]) {
			return func(*executor.Future[int]) { events = append(events, name) }
		}
		f.AddDoneCallback(record("before"))
		f.AddDoneCallback(boom)
		f.AddDoneCallback(record("between"))
		f.AddDoneCallback(boom)
		f.AddDoneCallback(record("after"))
		require.NoError(t, f.SetResult(5))
		require.Equal(t, []string{"before", "between", "after"}, events)
		requireLogged(t, l, "<Future state=finished returned int>")
	})
	t.Run("added late", func(t *testing.T) {
		l := captureLog(t)
		successfulFuture().AddDoneCallback(boom)
		requireLogged(t, l, "<Future state=finished returned int>")
	})
	t.Run("canceling", func(t *testing.T) {
		l := captureLog(t)
		f := pendingFuture()
		f.AddDoneCallback(boom)
		require.True(t, f.Cancel())
		requireLogged(t, l, "<Future state=canceled>")
	})
	t.Run("on a worker", func(t *testing.T) {
		l := captureLog(t)
		pool := newPool(t, executor.MaxWorkers(1))
		b := newBlocker()
		f := submit(t, pool, b.job)
		f.AddDoneCallback(boom)
		close(b.release)
		_, err := wait(submit(t, pool, returns(1, nil)))
		require.NoError(t, err)
		require.Equal(t, 1, pool.Workers())
		requireLogged(t, l, "<Future state=finished returned int>")
	})
}

// bareJob is a Job without a future.
type bareJob struct{ run, cancel func() }

func (j bareJob) Run()    { j.run() }
func (j bareJob) Cancel() { j.cancel() }

func TestPanicInABareJob(t *testing.T) {
	l := captureLog(t)
	pool := newPool(t, executor.MaxWorkers(1))
	b := busy(t, pool)
	require.NoError(t, pool.Execute(bareJob{run: func() { _, _ = culprit("bare") }}))
	behind := submit(t, pool, returns(1, nil))
	close(b.release)
	_, err := wait(behind)
	require.NoError(t, err)
	require.Contains(t, l.String(), `level=ERROR msg="executor: panic in a job" panic=bare`)
	require.Contains(t, l.String(), "culprit")
}

// The panic of a submitted function is logged if nobody asks its future for it.
func TestPanicNobodyLooksAt(t *testing.T) {
	log := captureLog(t)
	submit := func(look bool) {
		f, err := executor.Submit(inline{}, func() (int, error) { panic("unseen") })
		require.NoError(t, err)
		if look {
			_, err = f.Result()
			require.Error(t, err)
		}
	}
	submit(true)
	for range 10 {
		runtime.GC()
	}
	require.Empty(t, log.String())
	submit(false)
	for i := 0; i < 1000 && log.String() == ""; i++ {
		runtime.GC()
		runtime.Gosched()
	}
	require.Contains(t, log.String(), "the panic of a submitted function was never retrieved")
	require.Contains(t, log.String(), "unseen")
}
