package coro_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// inBothModes runs main in a loop whose tasks start lazily, and in one whose tasks
// start eagerly, as CPython 3.14 tests its task groups.
func inBothModes(t *testing.T, main func(t *testing.T, co *coro.Co) error) {
	t.Helper()
	for _, mode := range []struct {
		name  string
		eager bool
	}{{"lazy", false}, {"eager", true}} {
		t.Run(mode.name, func(t *testing.T) {
			run(t, func(co *coro.Co) error { return main(t, co) }, loop.EagerTasks(mode.eager))
		})
	}
}

// inBubble runs main in a loop with a real clock inside a testing/synctest bubble,
// whose time passes for the loop and for what blocks it.
func inBubble(t *testing.T, main func(co *coro.Co) error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		_, err := loop.Run(coro.Do(main))
		require.NoError(t, err)
	})
}

// crashAfter is a coroutine that sleeps for d and fails with err.
func crashAfter(d time.Duration, err error) coro.Func[coro.None] {
	return sleepThen(d, coro.None{}, err)
}

// cleaningUp is a coroutine that sleeps for d and then, canceled or not, fails with
// err.
func cleaningUp(d time.Duration, err error) coro.Func[coro.None] {
	return coro.Do(func(co *coro.Co) error {
		_ = coro.Sleep(co, d)
		return err
	})
}

// canceledAfter runs f in a task, cancels that once after d, and gives its error.
func canceledAfter(t *testing.T, co *coro.Co, d time.Duration, f func(co *coro.Co) error) error {
	t.Helper()
	task := testkit.Spawn(co, f)
	require.NoError(t, coro.Sleep(co, d))
	require.False(t, task.Done())
	require.True(t, task.Cancel())
	_, err := task.Await(co)
	return err
}

// requireGroup checks for a group of exactly these errors, in this order.
func requireGroup(t *testing.T, err error, want ...error) {
	t.Helper()
	group, ok := err.(*coro.ExceptionGroup)
	require.True(t, ok, "%v is no group", err)
	require.Equal(t, "unhandled errors in a TaskGroup", group.Message)
	require.Equal(t, want, group.Errors)
}

// nested gives the group that is the only error of err, itself a group.
func nested(t *testing.T, err error) error {
	t.Helper()
	group, ok := err.(*coro.ExceptionGroup)
	require.True(t, ok, "%v is no group", err)
	require.Len(t, group.Errors, 1)
	return group.Errors[0]
}

// outcome names an error for a trace.
func outcome(err error) string {
	switch e := err.(type) {
	case nil:
		return "ok"
	case *future.TimeoutError:
		return "TimeoutError"
	case *future.CanceledError:
		return "CancelledError"
	case *coro.ExceptionGroup:
		s := "group["
		for i, member := range e.Errors {
			if i > 0 {
				s += " "
			}
			s += outcome(member)
		}
		return s + "]"
	}
	return err.Error()
}
