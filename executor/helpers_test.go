package executor_test

import (
	"bytes"
	"context"
	"errors"
	"log"
	"log/slog"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/executor"
)

var errTest = errors.New("test")

// newPool returns a pool that is closed at the end of the test, which fails
// with a deadlock if the pool cannot be closed.
func newPool(t *testing.T, opts ...executor.Option) *executor.ThreadPool {
	t.Helper()
	pool, err := executor.NewThreadPool(opts...)
	require.NoError(t, err)
	t.Cleanup(func() {
		pool.Close()
		require.Zero(t, pool.Workers())
	})
	return pool
}

func submit[T any](t *testing.T, e executor.Executor, f func() (T, error)) *executor.Future[T] {
	t.Helper()
	submitted, err := executor.Submit(e, f)
	require.NoError(t, err)
	return submitted
}

// wait returns the outcome in one value, for tables.
func wait[T any](f *executor.Future[T]) (T, error) { return f.Wait(context.Background()) }

func isDone[T any](f *executor.Future[T]) bool { return isClosed(f.Done()) }

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// returns makes the function that returns what it is told.
func returns[T any](v T, err error) func() (T, error) {
	return func() (T, error) { return v, err }
}

// blocker is a job that has started and does not end before it is told.
type blocker struct {
	started, release chan struct{}
}

func newBlocker() *blocker {
	return &blocker{started: make(chan struct{}), release: make(chan struct{})}
}

func (b *blocker) job() (int, error) {
	close(b.started)
	<-b.release
	return 0, nil
}

// busy returns once a worker of e is occupied, until the blocker is released.
func busy(t *testing.T, e executor.Executor) *blocker {
	t.Helper()
	b := newBlocker()
	submit(t, e, b.job)
	<-b.started
	return b
}

// logged is what has been written to slog's default logger.
type logged struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// captureLog redirects slog's default logger until the end of the test.
func captureLog(t *testing.T) *logged {
	t.Helper()
	l := new(logged)
	logger, writer, flags := slog.Default(), log.Writer(), log.Flags()
	slog.SetDefault(slog.New(slog.NewTextHandler(l, nil)))
	t.Cleanup(func() {
		slog.SetDefault(logger)
		log.SetOutput(writer) // SetDefault has redirected package log too, and does not undo it
		log.SetFlags(flags)
	})
	return l
}

// inline is an executor that runs its jobs inside Execute.
type inline struct{}

func (inline) Execute(job executor.Job) error { job.Run(); return nil }

func (inline) Shutdown(executor.Pending) <-chan struct{} { return nil }
