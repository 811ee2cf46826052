package loop

import (
	"fmt"
	"strings"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/sched"
)

// DeadlockError ends the run of a loop with a virtual clock in which nothing can
// ever happen again: nothing is ready, no timer is set, and no work is out.
type DeadlockError struct {
	Tasks   []WaitingTask // every unfinished task, in order of creation
	Circles [][]string    // cycles of task names: each waits for what the next one holds, the last for the first
}

// WaitingTask is a task in a DeadlockError.
type WaitingTask struct {
	Name    string
	On      string       // what it waits for
	Holders []string     // who could end the wait, as far as that is known
	At      []coro.Frame // where it stands, the innermost call first
}

// String says what the task waits for, and who holds that.
func (t WaitingTask) String() string {
	s := fmt.Sprintf("task %q waits for %s", t.Name, t.On)
	if len(t.Holders) > 0 {
		s += ", held by " + strings.Join(t.Holders, ", ")
	}
	return s
}

func (e *DeadlockError) Error() string {
	var b strings.Builder
	b.WriteString("loop: deadlock: nothing is ready, no timer is set, and nothing else is at work")
	for _, t := range e.Tasks {
		fmt.Fprintf(&b, "\n  %v", t)
		if f, ok := ownFrame(t.At); ok {
			fmt.Fprintf(&b, "\n    at %s (%s:%d)", f.Function, f.File, f.Line)
		}
	}
	for _, names := range e.Circles {
		fmt.Fprintf(&b, "\n  in a circle: %s, %s", strings.Join(names, ", "), names[0])
	}
	return b.String()
}

// ownFrame is the innermost call of the program's own.
func ownFrame(stack []coro.Frame) (coro.Frame, bool) {
	for _, f := range stack {
		if frames.IsUser(f.File) {
			return f, true
		}
	}
	return coro.Frame{}, false
}

// pending is a task that has not ended, as the loop's reports look at it.
type pending interface {
	Task() coro.AnyTask
	Awaited() *future.Core // nil if the task is scheduled
	Quiet() bool           // created with coro.Quiet
}

func pendingTask(c *sched.Coroutine) pending { return c.Body().(pending) }

func (l *Loop) deadlock() *DeadlockError {
	e := &DeadlockError{}
	holders := map[coro.AnyTask][]coro.AnyTask{}
	var tasks []coro.AnyTask
	l.sched.All(func(c *sched.Coroutine) {
		t, on := pendingTask(c).Task(), pendingTask(c).Awaited()
		tasks = append(tasks, t)
		w := WaitingTask{Name: t.Name(), On: "a future", At: t.Stack()}
		if on != nil && on.Role() != nil {
			w.On = on.Role().Describe()
			if h, ok := on.Role().(coro.HeldBy); ok {
				holders[t] = h.Holders()
				w.Holders = named(h.Holders())
			}
		}
		e.Tasks = append(e.Tasks, w)
	})
	e.Circles = circles(tasks, holders)
	return e
}

// maxNamed is how many holders of one thing a report names.
const maxNamed = 5

// named are tasks as a report names them.
func named(tasks []coro.AnyTask) []string {
	var names []string
	for i, t := range tasks {
		if i == maxNamed {
			return append(names, fmt.Sprintf("and %d more", len(tasks)-i))
		}
		name := fmt.Sprintf("task %q", t.Name())
		if t.Done() {
			name += " (which has ended)"
		}
		names = append(names, name)
	}
	return names
}

// circles follows the tasks from each to those it waits for, without recursion, and
// returns the ways that come back to where they were.
func circles(tasks []coro.AnyTask, holders map[coro.AnyTask][]coro.AnyTask) [][]string {
	var found [][]string
	const onPath, left = 1, 2
	state := map[coro.AnyTask]int{}
	for _, start := range tasks {
		if state[start] != 0 {
			continue
		}
		path := []coro.AnyTask{start}
		next := map[coro.AnyTask]int{} // the holder of each to look at next
		state[start] = onPath
		for len(path) > 0 {
			at := path[len(path)-1]
			if next[at] == len(holders[at]) {
				state[at] = left
				path = path[:len(path)-1]
				continue
			}
			h := holders[at][next[at]]
			next[at]++
			switch state[h] {
			case onPath:
				found = append(found, circle(path, h))
			case 0:
				state[h] = onPath
				path = append(path, h)
			}
		}
	}
	return found
}

// circle are the names from first to the end of the path.
func circle(path []coro.AnyTask, first coro.AnyTask) []string {
	var names []string
	for _, t := range path {
		if t == first || names != nil {
			names = append(names, t.Name())
		}
	}
	return names
}
