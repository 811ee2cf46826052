package loop

import (
	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/goroutine"
)

// finish brings everything that is left on the loop to its end.
func (l *Loop) finish(me goroutine.ID) error {
	l.tellCleanup()
	for _, begin := range l.endings() {
		f, after := begin()
		if f == nil {
			continue
		}
		if err := l.stopWhenDone(f).ended(l.run(me)); err != nil {
			f.Core().Retrieve() // nobody else can
			return err
		}
		if err := after(f.Err()); err != nil {
			return err
		}
	}
	return nil
}

// An ending begins one part of the cleanup: the loop is to run until f is done, and after
// is to be called then with its error. A nil f says that there is nothing to do.
type ending func() (f future.Any, after func(error) error)

// endings are the parts of the cleanup.
func (l *Loop) endings() []ending {
	return []ending{
		l.cancelAllTasks,
		func() (future.Any, func(error) error) {
			l.generatorsLeft()
			return coro.EnsureFuture(l, l.ShutdownAsyncgens(), coro.Quiet()), itself
		},
		func() (future.Any, func(error) error) {
			return coro.EnsureFuture(l, l.ShutdownDefaultExecutor(executorTimeout), coro.Quiet()), itself
		},
	}
}

func itself(err error) error { return err }

func (l *Loop) cancelAllTasks() (future.Any, func(error) error) {
	l.tasksLeft()
	tasks := coro.AllTasks(l)
	if len(tasks) == 0 {
		return nil, nil
	}
	for _, t := range tasks {
		t.Cancel(l.cancelMessage()...)
	}
	return coro.GatherErrors(l, tasks...), func(err error) error {
		l.reportFailed(tasks)
		return err
	}
}

// reportFailed reports the errors of tasks that have ended in the cleanup.
func (l *Loop) reportFailed(tasks []coro.AnyTask) {
	for _, t := range tasks {
		if t.Canceled() {
			continue
		}
		if err := t.Err(); err != nil {
			l.CallExceptionHandler(future.ErrorContext{
				Message: "unhandled exception during asyncio.run() shutdown",
				Err:     err,
				Task:    t.Name(),
				Future:  t,
			})
		}
	}
}
