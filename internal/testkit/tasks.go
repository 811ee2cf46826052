package testkit

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
)

// Spawn creates a task without a result.
func Spawn(s coro.Spawner, f func(co *coro.Co) error, opts ...coro.TaskOption) *coro.Task[coro.None] {
	return coro.CreateTask(s, coro.Do(f), opts...)
}

// Sleeping is a coroutine that only sleeps.
func Sleeping(d time.Duration) coro.Func[coro.None] {
	return coro.Do(func(co *coro.Co) error { return coro.Sleep(co, d) })
}

// Pass lets n iterations of the loop go by.
func Pass(t *testing.T, co *coro.Co, n int) {
	t.Helper()
	for range n {
		require.NoError(t, coro.Sleep(co, 0))
	}
}

// Wait awaits tasks, and expects no error of them.
func Wait[T any](t *testing.T, co *coro.Co, tasks ...*coro.Task[T]) {
	t.Helper()
	for _, task := range tasks {
		_, err := task.Await(co)
		require.NoError(t, err)
	}
}

// WaitCanceled awaits tasks, and expects them to be canceled.
func WaitCanceled[T any](t *testing.T, co *coro.Co, tasks ...*coro.Task[T]) {
	t.Helper()
	for _, task := range tasks {
		_, err := task.Await(co)
		require.ErrorIs(t, err, future.ErrCanceled)
		require.True(t, task.Canceled())
	}
}

// WaitEnded awaits tasks, and expects no error of them but a cancellation.
func WaitEnded[T any](t *testing.T, co *coro.Co, tasks ...*coro.Task[T]) {
	t.Helper()
	_, _, err := coro.Wait(co, tasks)
	require.NoError(t, err)
	for _, task := range tasks {
		if !task.Canceled() {
			require.NoError(t, task.Err())
		}
	}
}

// RequireCanceled expects err to be a CanceledError, with a message if one is given
// and without if not.
func RequireCanceled(t *testing.T, err error, msg ...string) {
	t.Helper()
	var canceled *future.CanceledError
	require.ErrorAs(t, err, &canceled)
	got, ok := canceled.Message()
	require.Equal(t, len(msg) > 0, ok, "has a message")
	if ok {
		require.Equal(t, msg[0], got)
	}
}
