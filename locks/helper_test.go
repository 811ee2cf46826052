package locks_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

var errTest = errors.New("test")

const ms = time.Millisecond

// run runs main on a loop with a virtual clock. A report to the loop's exception
// handler fails the test, unless the options set another handler.
func run(t *testing.T, main func(co *coro.Co), opts ...loop.Option) {
	t.Helper()
	unexpected := loop.OnException(func(_ *loop.Loop, c future.ErrorContext) {
		t.Errorf("reported to the exception handler: %s: %v", c.Message, c.Err)
	})
	opts = append([]loop.Option{unexpected, loop.VirtualTime(), loop.Interrupts(false)}, opts...)
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		main(co)
		return nil
	}, opts...))
}

// pass lets n iterations of the loop go by.
func pass(t *testing.T, co *coro.Co, n int) {
	t.Helper()
	for range n {
		require.NoError(t, coro.Sleep(co, 0))
	}
}

// spawn runs f as a task.
func spawn(co *coro.Co, f func(co *coro.Co) error, opts ...coro.TaskOption) *coro.Task[coro.None] {
	return coro.CreateTask(co, coro.Do(f), opts...)
}

// wait awaits tasks that are expected to have no error.
func wait(t *testing.T, co *coro.Co, tasks ...*coro.Task[coro.None]) {
	t.Helper()
	for _, task := range tasks {
		_, err := task.Await(co)
		require.NoError(t, err)
	}
}

// waitCanceled awaits tasks that are expected to be canceled.
func waitCanceled(t *testing.T, co *coro.Co, tasks ...*coro.Task[coro.None]) {
	t.Helper()
	for _, task := range tasks {
		_, err := task.Await(co)
		require.ErrorIs(t, err, future.ErrCanceled)
		require.True(t, task.Canceled())
	}
}

// done expects tasks to be done without an error.
func done(t *testing.T, tasks ...*coro.Task[coro.None]) {
	t.Helper()
	for _, task := range tasks {
		require.True(t, task.Done(), "%v", task)
		require.NoError(t, task.Err())
	}
}

// names are those of tasks.
func names(tasks []coro.AnyTask) []string {
	var out []string
	for _, task := range tasks {
		out = append(out, task.Name())
	}
	return out
}

// A lockable is what With works on.
type lockable interface {
	Acquire(co *coro.Co) error
	With(co *coro.Co, body func() error) error
	Locked() bool
	Waiters() []coro.AnyTask
}
