package looptest

import (
	"errors"
	"fmt"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/looptest/internal/schedule"
	"github.com/ouro-loop/ouro/looptest/internal/search"
)

// An injection is what is done to a task, once in a run.
type injection struct {
	run  *run
	what schedule.Departure
	err  error // of a Fail
	done bool

	expired  subject // was canceled, and will be told that its time is over,
	waited   string  // and for what it has waited,
	requests int     // and how many cancel requests there were when it began to
	failed   error   // it could not be done
}

// injectionOf is what a strategy has done to a task, nil for nothing.
func injectionOf(r *run) *injection {
	s, ok := r.strategy.(*search.Replay)
	if !ok || s.Injection().Kind == 0 {
		return nil
	}
	i := &injection{run: r, what: s.Injection(), err: r.x.err}
	if i.what.Kind == schedule.Fail && i.err == nil {
		i.failed = fmt.Errorf("%v is for FailEverywhere, which is given the error", i.what)
	}
	return i
}

// tell is told of each moment of the run.
func (i *injection) tell(m moment) {
	if i.expired != nil && i.expired.Serial() == m.task.Serial() {
		i.expire(m)
	}
	if m.at == schedule.AtOnce && int(m.task.Serial()) == i.what.At && m.wait == i.what.N {
		i.requests = m.task.Task().Canceling()
	}
	if i.done || i.failed != nil || i.run.failed() || m.departure(i.what.Kind) != i.what || !m.allows(i.what.Kind) {
		return
	}
	i.done = true
	if i.run.tells {
		i.run.note(fmt.Sprintf("%v %v", i.what.Kind, m))
	}
	switch i.what.Kind {
	case schedule.Cancel:
		m.task.Task().Cancel()
	case schedule.Expire:
		i.waited = waitsFor(m.task.Awaited())
		m.task.Task().Cancel()
		i.expired = m.task
		if m.at == schedule.Woken {
			i.expire(m)
		}
	case schedule.Fail:
		m.task.Inject(i.err)
	}
}

// expire is what the end of a coro.Timeout does, when the task that it has canceled goes on: it takes
// the request back, and if that alone has ended the wait, the error is that the time is over. If what
// was waited for has kept the cancellation to itself, its outcome counts.
func (i *injection) expire(m moment) {
	i.expired = nil
	task, f := m.task.Task(), m.task.Awaited()
	canceled := task.CancelPending() || f != nil && (f.Canceled() || future.IsCanceled(f.Err()))
	if task.Uncancel() <= i.requests && canceled {
		m.task.Inject(&future.TimeoutError{Cause: future.NewCanceledError(), WaitingFor: i.waited})
	}
}

// waitsFor is what coro.Timeout says of a wait.
func waitsFor(f *future.Core) string {
	switch {
	case f == nil || f.Done():
		return ""
	case f.Role() == nil:
		return "a future"
	}
	return f.Role().Describe()
}

// error is why the injection was not made, nil if it was.
func (i *injection) error() error {
	switch {
	case i.failed != nil:
		return i.failed
	case i.done:
		return nil
	case i.what.Pick == schedule.First:
		return errors.New("the schedule is about " + i.subject() + " before its first step, to which the program does not come")
	}
	return fmt.Errorf("the schedule is about the %s wait of %s, to which the program does not come, or not so", ordinal(i.what.N), i.subject())
}

func (i *injection) subject() string {
	if i.what.At == 1 {
		return "main"
	}
	return fmt.Sprintf("the %s task", ordinal(i.what.At))
}
