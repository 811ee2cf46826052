package coro_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
)

// A panic says in which task it was, and where: in one line.
func TestPanicSaysWhere(t *testing.T) {
	const at = `panic: runtime error: integer divide by zero (task "worker", at coro/panic_test.go:18)`
	run(t, func(co *coro.Co) error {
		_, err := coro.CreateTask(co, panics, coro.Name("worker")).Await(co)
		require.EqualError(t, err, at)
		require.EqualError(t, fmt.Errorf("wrapped: %w", err), "wrapped: "+at)
		err = coro.Group(co, func(*coro.TaskGroup) error { panic("in a body") })
		require.ErrorContains(t, err, `panic: in a body (task "Task-1", at coro/errors_test.go:`)
		return nil
	})
}

// Details has the stack of a panic however it is wrapped, and the message once.
func TestDetails(t *testing.T) {
	run(t, func(co *coro.Co) error {
		_, panicked := coro.CreateTask(co, panics).Await(co)
		for _, err := range []error{
			panicked,
			fmt.Errorf("one: %w", panicked),
			fmt.Errorf("two: %w", fmt.Errorf("one: %w", panicked)),
			errors.Join(errTest, panicked),
			fmt.Errorf("of two: %w, %w", panicked, errTest),
			&coro.ExceptionGroup{Message: "a group", Errors: []error{errTest, fmt.Errorf("one: %w", panicked)}},
		} {
			details := future.Details(err)
			require.Contains(t, details, "coro_test.panics(")
			require.Equal(t, 1, strings.Count(details, "[running]"), details)
			require.NotContains(t, err.Error(), "coro_test.panics(")
		}
		require.Equal(t, "test", future.Details(errTest))
		require.Empty(t, future.Details(nil))
		return nil
	})
}

// A group prints a paragraph for each member, with the task that it is from.
func TestGroupInFull(t *testing.T) {
	run(t, func(co *coro.Co) error {
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			coro.CreateTask(g, panics, coro.Name("worker"))
			coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
				return coro.Group(co, func(g *coro.TaskGroup) error {
					coro.CreateTask(g, returning(0, errTest), coro.Name("inner"))
					return nil
				})
			}), coro.Name("outer"))
			_ = coro.Sleep(co, 1)
			return errors.New("of the body")
		})
		paragraphs := strings.Split(fmt.Sprintf("%+v", err), "\n\n")
		require.Len(t, paragraphs, 4)
		require.Equal(t, "unhandled errors in a TaskGroup (3 errors)", paragraphs[0])
		require.True(t, strings.HasPrefix(paragraphs[1], `  task "worker": panic: `), paragraphs[1])
		require.Contains(t, paragraphs[1], "coro_test.panics(")
		require.Equal(t, "  task \"outer\": unhandled errors in a TaskGroup (1 error)\n      task \"inner\": test", paragraphs[2])
		require.Equal(t, `  the group's body in task "Task-1": of the body`, paragraphs[3])

		require.NotContains(t, fmt.Sprintf("%v", err), "\n")
		require.Equal(t, err.Error(), fmt.Sprintf("%s", err))
		made := &coro.ExceptionGroup{Message: "made", Errors: []error{errTest}}
		require.Equal(t, "made (1 error)\n\n  test", fmt.Sprintf("%+v", made))
		return nil
	})
}
