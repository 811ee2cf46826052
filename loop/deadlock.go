package loop

import (
	"fmt"
	"strings"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/frames"
)

// DeadlockError ends the run of a loop with a virtual clock in which nothing can
// ever happen again: nothing is ready, no timer is set, and no work is out.
//
// Its size is bounded, whatever waits for what: of many holders and circles a few are
// named, and how many more there are.
type DeadlockError struct {
	Tasks   []WaitingTask // every unfinished task, in order of creation
	Circles [][]string    // cycles of task names: each waits for what the next one holds, the last for the first

	moreCircles int // that are not among Circles
}

// WaitingTask is a task in a DeadlockError.
type WaitingTask struct {
	Name    string
	On      string       // what it waits for
	Holders []string     // who could end the wait, as far as that is known
	At      []coro.Frame // where it stands, the innermost call first; known of the first thousand tasks
}

// What a report names of a kind. The rest is counted.
const (
	maxNamed   = 5    // holders of one thing
	maxTasks   = 100  // tasks in the text
	maxStacks  = 1000 // tasks with a stack
	maxCircles = 10
	maxCircle  = 20 // tasks in a circle
)

// String says what the task waits for, and who holds that.
func (t WaitingTask) String() string {
	s := fmt.Sprintf("task %q waits for %s", t.Name, plain(t.On))
	if len(t.Holders) > 0 {
		s += ", held by " + strings.Join(t.Holders, ", ")
	}
	return s
}

func (e *DeadlockError) Error() string {
	var b strings.Builder
	b.WriteString("loop: deadlock: nothing is ready, no timer is set, and nothing else is at work")
	shown := e.shown()
	for _, t := range shown {
		fmt.Fprintf(&b, "\n  %v", t)
		if f, ok := ownFrame(t.At); ok {
			fmt.Fprintf(&b, "\n    at %v", f)
		}
	}
	if more := len(e.Tasks) - len(shown); more > 0 {
		fmt.Fprintf(&b, "\n  and %d more tasks", more)
	}
	for _, circle := range e.Circles {
		names := make([]string, len(circle))
		for i, name := range circle {
			names[i] = plain(name)
		}
		fmt.Fprintf(&b, "\n  in a circle: %s, %s", strings.Join(names, ", "), names[0])
	}
	if e.moreCircles > 0 {
		fmt.Fprintf(&b, "\n  and %d more circles", e.moreCircles)
	}
	return b.String()
}

// shown are the tasks in the text: those of the circles before others.
func (e *DeadlockError) shown() []WaitingTask {
	if len(e.Tasks) <= maxTasks {
		return e.Tasks
	}
	circling := map[string]bool{}
	for _, names := range e.Circles {
		for _, name := range names {
			circling[name] = true
		}
	}
	left := maxTasks
	take := make([]bool, len(e.Tasks))
	for _, wanted := range []bool{true, false} {
		for i, t := range e.Tasks {
			if left > 0 && circling[t.Name] == wanted {
				take[i] = true
				left--
			}
		}
	}
	var shown []WaitingTask
	for i, t := range e.Tasks {
		if take[i] {
			shown = append(shown, t)
		}
	}
	return shown
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

// deadlock is the report of what a loop waits for that can do nothing any more.
func (l *Loop) deadlock() *DeadlockError {
	v := l.look(0)
	g := newWaitGraph(v)
	e := &DeadlockError{Tasks: make([]WaitingTask, len(v.tasks))}
	holders := map[ref][]string{} // of what several may wait for
	goroutines := new(frames.Goroutines)
	for i := range v.tasks {
		t := &v.tasks[i]
		w := WaitingTask{Name: t.name(), On: "a future"}
		if i < maxStacks {
			w.At = t.body.Stack(goroutines)
		}
		if t.waitsFor != nowhere {
			w.On = v.waitInfo(t).Text
			if _, known := holders[t.waitsFor]; !known {
				holders[t.waitsFor] = g.holderNames(t.waitsFor)
			}
			w.Holders = holders[t.waitsFor]
		}
		e.Tasks[i] = w
	}
	var circles []circle
	circles, e.moreCircles = g.circles()
	for _, c := range circles {
		e.Circles = append(e.Circles, v.circleNames(c))
	}
	return e
}

// heldBy names who could end a wait for c, as far as that is known.
func (l *Loop) heldBy(c *future.Core) []string {
	v := l.look(0)
	r := v.ref(c)
	v.follow()
	return newWaitGraph(v).holderNames(r)
}

// holderNames are the holders of what r is, as a report names them.
func (g *waitGraph) holderNames(r ref) []string {
	holders := g.allHolders(r)
	var names []string
	for i, h := range g.holderInfos(holders[:min(len(holders), maxNamed+1)]) {
		if i == maxNamed {
			least := ""
			if len(holders) >= maxFollowed {
				least = "at least "
			}
			return append(names, fmt.Sprintf("and %s%d more", least, len(holders)-i))
		}
		names = append(names, h.String())
	}
	return names
}

// circleNames are the names of the tasks of a circle.
func (v *view) circleNames(c circle) (names []string) {
	for _, i := range c.tasks {
		names = append(names, v.tasks[i].name())
	}
	if c.more > 0 {
		names = append(names, fmt.Sprintf("and %d more", c.more))
	}
	return names
}
