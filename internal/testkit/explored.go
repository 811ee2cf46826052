package testkit

import (
	"errors"
	"testing"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/looptest"
)

// Explore runs main by that many schedules, and with each wait of each task canceled, and timed out.
func Explore(t *testing.T, schedules int, main looptest.Main) {
	t.Helper()
	t.Run("explored", func(t *testing.T) {
		looptest.Explore(t, main, looptest.Runs(schedules), looptest.Within(time.Hour))
	})
	t.Run("canceled", func(t *testing.T) { looptest.CancelEverywhere(t, main) })
	t.Run("timed out", func(t *testing.T) { looptest.TimeoutEverywhere(t, main) })
}

// All runs tasks side by side, and waits until each has ended, also if it is canceled itself. So
// one that waits for ever is a deadlock. One of them may be canceled some time before cancels.
func All(t *looptest.T, co *coro.Co, cancels time.Duration, fs ...func(co *coro.Co) error) error {
	var tasks []future.Any
	for _, f := range fs {
		tasks = append(tasks, coro.CreateTask(co, coro.Do(f)))
	}
	if victim := t.Choose("canceled", len(tasks)+1); victim > 0 {
		defer t.Loop().CallLater(t.Between(0, cancels), func() { tasks[victim-1].Cancel() }).Cancel()
	}
	var canceled error
	for {
		_, pending, err := coro.Wait(co, tasks)
		canceled = errors.Join(canceled, err)
		if len(pending) == 0 && err == nil {
			break
		}
	}
	for _, task := range tasks {
		if err := task.Err(); err != nil && !future.IsCanceled(err) && !future.IsTimeout(err) {
			return err
		}
	}
	return canceled
}
