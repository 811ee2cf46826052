package coro_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// messages are the ways to call Cancel; the message is to come out as it went in.
var messages = []struct {
	name string
	msg  []string
}{
	{"none", nil},
	{"empty", []string{""}},
	{"text", []string{"my message"}},
}

// CPython: test_tasks.BaseTaskTests.test_task_cancel_message_getter
func TestCancelMessageOfTask(t *testing.T) {
	l := testkit.NewLoop(t)
	task := coro.CreateTask(l, returning(1, nil))
	require.Nil(t, task.Core().CancelMessage())
	task.Cancel("my message")
	require.Equal(t, "my message", *task.Core().CancelMessage())
	_, err := loop.RunUntilComplete(l, task)
	testkit.RequireCanceled(t, err, "my message")
}

// CPython: test_tasks.BaseTaskTests.test_task_cancel_message_setter
func TestCancelMessageReplaced(t *testing.T) {
	l := testkit.NewLoop(t)
	task := coro.CreateTask(l, returning(1, nil))
	task.Cancel("my message")
	msg := "my new message"
	task.Core().SetCancelMessage(&msg)
	_, err := loop.RunUntilComplete(l, task)
	testkit.RequireCanceled(t, err, "my new message")
}

// A main task that looks at a canceled one, and ends with what it sees.
func TestCancelMessageThroughOutcome(t *testing.T) {
	for _, look := range []struct {
		name string
		at   func(*coro.Task[coro.None]) error
	}{
		// CPython: test_tasks.BaseTaskTests.test_cancel_with_message_then_future_result
		{"Result", func(task *coro.Task[coro.None]) error {
			_, err := task.Result()
			return err
		}},
		// CPython: test_tasks.BaseTaskTests.test_cancel_with_message_then_future_exception
		{"Err", func(task *coro.Task[coro.None]) error { return task.Err() }},
	} {
		for _, test := range messages {
			t.Run(look.name+"/"+test.name, func(t *testing.T) {
				l := testkit.NewLoop(t)
				main := coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
					task := coro.CreateTask(co, testkit.Sleeping(10*time.Second))
					require.NoError(t, coro.Sleep(co, 0))
					task.Cancel(test.msg...)
					_, _, err := coro.Wait(co, []*coro.Task[coro.None]{task})
					require.NoError(t, err)
					return look.at(task)
				}))
				_, err := loop.RunUntilComplete(l, main)
				testkit.RequireCanceled(t, err, test.msg...)
				require.True(t, main.Canceled())
			})
		}
	}
}

// CPython: test_tasks.BaseTaskTests.test_cancel_with_message_before_starting_task
func TestCancelMessageBeforeFirstStep(t *testing.T) {
	l := testkit.NewLoop(t)
	_, err := loop.RunUntilComplete(l, coro.Do(func(co *coro.Co) error {
		task := coro.CreateTask(co, testkit.Sleeping(10*time.Second))
		task.Cancel("my message")
		_, _, err := coro.Wait(co, []*coro.Task[coro.None]{task})
		require.NoError(t, err)
		return task.Err()
	}))
	testkit.RequireCanceled(t, err, "my message")
}

// CPython: test_tasks.BaseTaskTests.test_cancellation_exception_context
func TestCancelMessageThroughAwait(t *testing.T) {
	l := testkit.NewLoop(t)
	f := loop.CreateFuture[coro.None](l)
	_, err := loop.RunUntilComplete(l, coro.Do(func(co *coro.Co) error {
		inner := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			require.NoError(t, f.SetResult(coro.None{}))
			return coro.Sleep(co, 10*time.Second)
		}))
		_, err := f.Await(co)
		require.NoError(t, err)
		l.CallSoon(func() { inner.Cancel("msg") })
		_, err = inner.Await(co)
		return errors.Join(errTest, err) // raise ... from: an error of its own kind, with the cause beside it
	}))
	require.ErrorIs(t, err, errTest)
	testkit.RequireCanceled(t, err, "msg")
	require.False(t, future.IsCanceled(err))
}

// The error that ended a task is handed out once. The task itself was given no
// message: the request had gone on to what it waited for.
func TestCancelErrorIsHandedOutOnce(t *testing.T) {
	l := testkit.NewLoop(t)
	task := coro.CreateTask(l, testkit.Sleeping(time.Second))
	testkit.Briefly(t, l)
	task.Cancel("msg")
	testkit.Briefly(t, l)
	require.True(t, task.Canceled())
	testkit.RequireCanceled(t, task.Err(), "msg")
	testkit.RequireCanceled(t, task.Err())
	testkit.RequireCanceled(t, task.Err())
}
