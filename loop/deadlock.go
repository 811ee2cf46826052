package loop

import (
	"fmt"
	"strings"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
)

// DeadlockError ends the run of a loop with a virtual clock in which nothing can
// ever happen again: nothing is ready, no timer is set, and no work is out.
type DeadlockError struct {
	Tasks []WaitingTask // every unfinished task, in order of creation
}

// WaitingTask is a task in a DeadlockError.
type WaitingTask struct {
	Name    string
	On      string       // what it waits for
	Holders []string     // who could end the wait, as far as that is known
	At      []coro.Frame // where it stands, the innermost call first
}

func (e *DeadlockError) Error() string {
	var b strings.Builder
	b.WriteString("loop: deadlock: nothing is ready, no timer is set, and nothing else is at work")
	for _, t := range e.Tasks {
		fmt.Fprintf(&b, "\n  task %q waits for %s", t.Name, t.On)
		if len(t.Holders) > 0 {
			fmt.Fprintf(&b, ", held by %s", strings.Join(t.Holders, ", "))
		}
		if len(t.At) > 0 {
			fmt.Fprintf(&b, "\n    at %s (%s:%d)", t.At[0].Function, t.At[0].File, t.At[0].Line)
		}
	}
	return b.String()
}

// held is a future.Role that knows who can end a wait for it.
type held interface{ Holders() []string }

func (l *Loop) deadlock() *DeadlockError {
	e := &DeadlockError{}
	l.scheduler.Waiting(func(t coro.AnyTask, on *future.Core, _ bool) {
		w := WaitingTask{Name: t.Name(), On: "a future", At: t.Stack()}
		if on != nil && on.Role() != nil {
			w.On = on.Role().Describe()
			if h, ok := on.Role().(held); ok {
				w.Holders = h.Holders()
			}
		}
		e.Tasks = append(e.Tasks, w)
	})
	return e
}
