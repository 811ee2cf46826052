package loop_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

func guilty() { panic("oh") }

// The report of a panic has its stack once and in one line, from the function that has
// panicked to the one that the loop has called.
func TestStackInReport(t *testing.T) {
	const before, after = `stack="goroutine `, ` [running] github.com/ouro-loop/ouro/loop_test.guilty (`
	for name, main := range map[string]func(co *coro.Co) error{
		"of a callback": func(co *coro.Co) error {
			loop.Of(co).CallSoon(guilty)
			return coro.Sleep(co, 0)
		},
		"of a task": func(co *coro.Co) error {
			coro.CreateTask(co, coro.Do(func(*coro.Co) error { guilty(); return nil }))
			return coro.Sleep(co, 0)
		},
		"of a task that wraps it": func(co *coro.Co) error {
			coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				_, err := coro.CreateTask(co, coro.Do(func(*coro.Co) error { guilty(); return nil })).Await(co)
				return fmt.Errorf("wrapped: %w, %w", errors.New("other"), err)
			}))
			return coro.Sleep(co, 1)
		},
		"in a group": func(co *coro.Co) error {
			coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				return coro.Group(co, func(*coro.TaskGroup) error { guilty(); return nil })
			}))
			return coro.Sleep(co, 0)
		},
		"of a function in a thread": func(co *coro.Co) error {
			coro.CreateTask(co, loop.ToThreadDo(func(context.Context) error { guilty(); return nil }))
			return coro.Sleep(co, 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			var log logged
			require.NoError(t, loop.Main(main, loop.VirtualTime(), loop.Logger(log.logger())))
			text := log.String()
			require.Equal(t, 1, strings.Count(text, "\n"), text)
			require.Equal(t, 1, strings.Count(text, "[running]"), text)
			require.Contains(t, text, before)
			require.Contains(t, text, after)
			require.NotContains(t, text, `\n`)
			require.NotContains(t, text, "internal/sched")
			require.NotContains(t, text, "runtime.")
			require.Contains(t, text, "at loop/report_test.go:17")
		})
	}
}

// The error of the record is the error itself to those who look into it, and a group of
// many panics has a few of their stacks.
func TestErrorInReport(t *testing.T) {
	var log logRecords
	l := newLoop(t, log.option())
	var panics []error
	for range 10 {
		panics = append(panics, &future.PanicError{Value: errZero, Stack: []byte("stack")})
	}
	l.CallExceptionHandler(future.ErrorContext{Err: &coro.ExceptionGroup{Message: "many", Errors: panics}})
	log.requireLogged(t, 0, "", errZero)
	var group *coro.ExceptionGroup
	require.ErrorAs(t, log.records[0].attrs["error"].(error), &group)
	require.Equal(t, "stack; stack; stack; stack; stack; and more", log.records[0].attrs["stack"])
}

// A panic on a goroutine of the executor is one of the task that waits for it.
func TestTaskOfPanicInThread(t *testing.T) {
	_, err := loop.Run(loop.Go(func(context.Context) (int, error) { panic("boom") }))
	require.ErrorContains(t, err, `panic: boom (task "Task-1", at loop/report_test.go:`)
}
