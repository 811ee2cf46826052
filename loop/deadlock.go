package loop

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/sched"
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
	s := fmt.Sprintf("task %q waits for %s", t.Name, t.On)
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
	for _, names := range e.Circles {
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

// pending is a task that has not ended, as the loop's reports look at it.
type pending interface {
	Task() coro.AnyTask
	Awaited() *future.Core // nil if the task is scheduled
	Quiet() bool           // created with coro.Quiet
	Stack(all *frames.Goroutines) []coro.Frame
}

func pendingTask(c *sched.Coroutine) pending { return c.Body().(pending) }

func (l *Loop) deadlock() *DeadlockError {
	e := &DeadlockError{}
	g := waitGraph{tasks: map[*future.Core]pending{}}
	holders := map[*future.Core][]string{} // of what several may wait for
	goroutines := new(frames.Goroutines)
	l.sched.All(func(c *sched.Coroutine) {
		p := pendingTask(c)
		t, on := p.Task(), p.Awaited()
		g.tasks[t.Core()] = p
		g.order = append(g.order, t.Core())
		w := WaitingTask{Name: t.Name(), On: "a future"}
		if len(e.Tasks) < maxStacks {
			w.At = p.Stack(goroutines)
		}
		if on != nil && on.Role() != nil {
			w.On = described(on.Role())
			if _, known := holders[on]; !known {
				holders[on] = heldBy(on)
			}
			w.Holders = holders[on]
		}
		e.Tasks = append(e.Tasks, w)
	})
	e.Circles, e.moreCircles = g.circles()
	return e
}

// described is what r describes itself as. A Describe that panics must not hide the rest of
// a report.
func described(r future.Role) (text string) {
	defer func() {
		if v := recover(); v != nil {
			text = fmt.Sprintf("a %T, whose Describe panics: %v", r, v)
		}
	}()
	return r.Describe()
}

// heldBy names who could end a wait for c, as far as that is known.
func heldBy(c *future.Core) (names []string) {
	defer func() {
		if v := recover(); v != nil {
			names = []string{fmt.Sprintf("who is not known: its Holders panics: %v", v)}
		}
	}()
	if h, ok := c.Role().(coro.HeldBy); ok {
		return named(h.Holders())
	}
	return nil
}

// manyHolders is how many the roles of package coro find at most.
const manyHolders = 1000

// named are tasks as a report names them.
func named(tasks []coro.AnyTask) []string {
	var names []string
	for i, t := range tasks {
		if i == maxNamed {
			least := ""
			if len(tasks) >= manyHolders {
				least = "at least "
			}
			return append(names, fmt.Sprintf("and %s%d more", least, len(tasks)-i))
		}
		name := fmt.Sprintf("task %q", t.Name())
		if t.Done() {
			name += " (which has ended)"
		}
		names = append(names, name)
	}
	return names
}

// A waitGraph leads from each unfinished task to the future that it waits for, and from
// there to the tasks that hold it, by way of the futures that are behind it. A gather that
// many wait for is one node of it.
type waitGraph struct {
	tasks map[*future.Core]pending
	order []*future.Core // of the tasks
	left  int            // edges that may still be looked at
}

// behind is a role of a future that waits for others, as a gather does. Behind is the i-th
// of these, nil for one that is not there any more; ok is false after the last.
type behind interface {
	Behind(i int) (c *future.Core, ok bool)
}

// A waitNode is a future on the way of a search.
type waitNode struct {
	core    *future.Core
	behind  behind         // either this leads on
	holders []*future.Core // or these
	next    int
}

func (g *waitGraph) node(c *future.Core) waitNode {
	n := waitNode{core: c}
	if t, ok := g.tasks[c]; ok {
		if on := t.Awaited(); on != nil {
			n.holders = []*future.Core{on}
		}
		return n
	}
	var ok bool
	if n.behind, ok = c.Role().(behind); ok {
		return n
	}
	n.holders = holderCores(c)
	return n
}

// holderCores are the futures of the tasks that could end a wait for c; none if its role
// panics.
func holderCores(c *future.Core) (cores []*future.Core) {
	defer func() { _ = recover() }() // heldBy has told of it
	if h, ok := c.Role().(coro.HeldBy); ok {
		for _, t := range h.Holders() {
			cores = append(cores, t.Core())
		}
	}
	return cores
}

// follow is the next future that n leads to, nil after the last.
func (g *waitGraph) follow(n *waitNode) *future.Core {
	for ; g.left > 0; g.left-- {
		var c *future.Core
		switch {
		case n.behind != nil:
			var ok bool
			if c, ok = n.behind.Behind(n.next); !ok {
				return nil
			}
		case n.next < len(n.holders):
			c = n.holders[n.next]
		default:
			return nil
		}
		n.next++
		if c != nil && !c.Done() {
			return c
		}
	}
	return nil
}

// circles follows the futures from each task, without recursion, and returns the ways
// that come back to where they were, and how many it has found beyond those.
func (g *waitGraph) circles() (found [][]string, more int) {
	g.left = 10_000_000 // a second's work
	const onPath, left = 1, 2
	state := map[*future.Core]int{}
	for _, start := range g.order {
		if state[start] != 0 {
			continue
		}
		path := []waitNode{g.node(start)}
		state[start] = onPath
		for len(path) > 0 {
			at := &path[len(path)-1]
			c := g.follow(at)
			if c == nil {
				state[at.core] = left
				path = path[:len(path)-1]
				continue
			}
			switch state[c] {
			case onPath:
				if len(found) == maxCircles {
					more++
					continue
				}
				names := g.circle(path, c)
				if len(names) > 0 && !slices.ContainsFunc(found, func(f []string) bool { return slices.Equal(f, names) }) {
					found = append(found, names)
				}
			case 0:
				state[c] = onPath
				path = append(path, g.node(c))
			}
		}
	}
	return found, more
}

// circle are the names of the tasks from first to the end of the path.
func (g *waitGraph) circle(path []waitNode, first *future.Core) (names []string) {
	from := slices.IndexFunc(path, func(n waitNode) bool { return n.core == first })
	more := 0
	for _, n := range path[from:] {
		t, ok := g.tasks[n.core]
		switch {
		case !ok:
		case len(names) == maxCircle:
			more++
		default:
			names = append(names, t.Task().Name())
		}
	}
	if more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return names
}
