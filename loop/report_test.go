package loop_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
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
			require.NoError(t, loop.Main(main, loop.VirtualTime(true), loop.Logger(log.logger())))
			text := log.String()
			require.Equal(t, 1, strings.Count(text, "\n"), text)
			require.Equal(t, 1, strings.Count(text, "[running]"), text)
			require.Contains(t, text, before)
			require.Contains(t, text, after)
			require.NotContains(t, text, `\n`)
			require.NotContains(t, text, "internal/sched")
			require.NotContains(t, text, "runtime.")
			require.Regexp(t, `at loop/report_test.go:\d+`, text)
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

func slow()                                                       { <-time.After(time.Millisecond) }
func slowTask(*coro.Co) error                                     { slow(); return nil }
func slowPanic()                                                  { slow(); guilty() }
func pendingTask(co *coro.Co, f *future.Future[int]) (int, error) { return f.Await(co) }

// Whatever is slow goes by the program's name, with the line that has scheduled it.
//
// CPython: test_events.HandleTests.test_handle_source_traceback
func TestNameOfWhatIsSlow(t *testing.T) {
	for name, test := range map[string]struct {
		want     string
		schedule func(l *loop.Loop)
	}{
		"a callback":  {`loop_test.slow\(\) .* scheduled_at=.*report_test.go:\d+$`, func(l *loop.Loop) { l.CallSoon(slow) }},
		"a timer":     {`loop_test.slow\(\) .* scheduled_at=.*report_test.go:\d+$`, func(l *loop.Loop) { l.CallLater(1, slow) }},
		"from others": {`loop_test.slow\(\) took`, func(l *loop.Loop) { _, _ = l.CallSoonThreadsafe(slow) }},
		"of a future": {`loop_test.slow\(\) .* scheduled_at=.*report_test.go:\d+$`, func(l *loop.Loop) {
			f := loop.CreateFuture[int](l)
			f.AddDoneCallback(slow)
			_ = f.SetResult(1)
		}},
		"a task": {`loop_test.slowTask\(\) created at .*/report_test.go:\d+> took`, func(l *loop.Loop) {
			coro.CreateTask(l, coro.Do(slowTask))
		}},
		"what was submitted": {`loop_test.slowTask\(\) created at .*/report_test.go:\d+> took`, func(l *loop.Loop) {
			_, _ = loop.Submit(l, coro.Do(slowTask))
		}},
	} {
		for _, eager := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, eager %v", name, eager), func(t *testing.T) {
				var log logged
				l := newLoop(t, loop.Logger(log.logger()), loop.Debug(true), loop.SlowCallback(time.Millisecond), loop.EagerTasks(eager))
				test.schedule(l)
				drain(t, l)
				want := test.want
				if eager && name == "what was submitted" {
					want = `loop_test.slowTask\(\) took` // inside the call that creates it
				}
				require.Regexp(t, `(?m)level=WARN msg=.*Executing .*`+want, strings.ReplaceAll(log.String(), `\"`, ``))
				require.Equal(t, 1, strings.Count(log.String(), "\n"))
			})
		}
	}
}

// What is slow and then panics is told of for both, whatever the logger does.
func TestSlowAndPanicked(t *testing.T) {
	for _, broken := range []bool{false, true} {
		var log logRecords
		log.handle = func(r slog.Record) {
			if broken && strings.HasPrefix(r.Message, "Executing") {
				panic("the logger's")
			}
		}
		l := newLoop(t, log.option(), loop.Debug(true), loop.SlowCallback(time.Millisecond))
		l.CallSoon(slowPanic)
		testkit.Iterate(t, l)
		require.Len(t, log.records, 2)
		if broken {
			require.ErrorContains(t, log.records[0].attrs["error"].(error), "panic: the logger's")
		} else {
			require.Regexp(t, `^Executing .*loop_test.slowPanic\(\) took`, log.records[0].message)
		}
		require.Regexp(t, `^Exception in callback .*loop_test.slowPanic\(\)$`, log.records[1].message)
		require.ErrorContains(t, log.records[1].attrs["error"].(error), "panic: oh (at loop/report_test.go:")
	}
}

// What reports tell of tasks that failed, or never ended.
func TestFunctionInReports(t *testing.T) {
	for _, debug := range []bool{false, true} {
		var told reports
		l := loop.New(loop.VirtualTime(true), told.handler(), loop.Debug(debug), loop.SlowCallback(1<<62))
		coro.CreateTask(l, coro.Bind(pendingTask, loop.CreateFuture[int](l)))
		coro.CreateTask(l, coro.Do(func(*coro.Co) error { return errZero }), coro.Name("fails"))
		l.CallLater(1, l.Stop)
		require.NoError(t, l.RunForever())
		require.NoError(t, l.Close())
		require.Len(t, told, 2)
		require.Equal(t, "github.com/ouro-loop/ouro/loop_test.pendingTask", told[0].Function)
		require.Equal(t, "fails", told[1].Task)
		require.Contains(t, told[1].Function, "loop_test.TestFunctionInReports.func")
		for _, c := range told {
			if debug {
				require.Regexp(t, `/report_test\.go:\d+$`, c.Source)
			} else {
				require.Empty(t, c.Source)
			}
		}
	}
}

// An error that wraps itself is reported like any other.
func TestReportOfEndlessError(t *testing.T) {
	var log logRecords
	l := newLoop(t, log.option())
	l.CallExceptionHandler(future.ErrorContext{Err: &endless{}})
	require.Len(t, log.records, 1)
	require.Equal(t, "endless", future.Details(&endless{}))
}

type endless struct{}

func (*endless) Error() string   { return "endless" }
func (e *endless) Unwrap() error { return e }
