package locks_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
)

var errTest = errors.New("test")

const ms = time.Millisecond

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
