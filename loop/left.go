package loop

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/driver"
	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/internal/unretrieved"
	"github.com/ouro-loop/ouro/internal/waits"
)

// leftovers are what a loop has found that it leaves behind, if it was made to ReportLeaks.
// Who looks when is in the comment of that.
type leftovers struct {
	leaks     []Leak
	known     map[any]bool // tasks' futures and generators that are among them
	brokenOff bool         // the last run has ended before its main task

	stacks     int // of tasks that were looked at
	goroutines frames.Goroutines
	awaited    map[*future.Core]bool // by tasks that have not ended, at Close
}

func (l *leftovers) add(leak Leak) { l.leaks = append(l.leaks, leak) }

// first reports whether what stands for a leak is new, and notes that it is not any more.
func (l *leftovers) first(what any) bool {
	if l.known[what] {
		return false
	}
	if l.known == nil {
		l.known = map[any]bool{}
	}
	l.known[what] = true
	return true
}

// tasksLeft notes the tasks that main has left, before they are canceled.
func (l *Loop) tasksLeft() {
	if l.left == nil || l.left.brokenOff {
		return
	}
	l.sched.All(func(c *sched.Coroutine) {
		if p := pendingTask(c); p.Task().Canceling() == 0 {
			l.left.task(p)
		}
	})
	l.left.goroutines = frames.Goroutines{} // which are others at Close
}

// generatorsLeft notes the generators that have not ended, before they are closed.
func (l *Loop) generatorsLeft() {
	if l.left != nil && !l.left.brokenOff {
		l.sched.EachGenerator(l.left.generator)
	}
}

// lookAtSuspended are the steps of Close that look for what it unwinds, or forgets then.
func (l *Loop) lookAtSuspended(posted *post) []func() {
	left := l.left
	return []func(){
		func() {
			left.awaited = map[*future.Core]bool{}
			l.sched.All(func(c *sched.Coroutine) {
				p := pendingTask(c)
				left.awaited[p.Awaited()] = true
				left.task(p)
			})
		},
		func() { l.sched.EachGenerator(left.generator) },
		l.findHeld,
		func() {
			l.sched.EachReady(left.entry)
			left.posts(l.inbox.taken)
			left.posts(inOrder(posted))
		},
		l.connectionsLeft,
	}
}

// connectionsLeft notes the transports that are not closed.
func (l *Loop) connectionsLeft() {
	if l.descriptors != nil {
		l.descriptors.driver.EachTransport(func(o driver.Owner) { l.left.connection(o) })
	}
	if l.helpers != nil {
		l.helpers.Each(func(t driver.Helped) { l.left.connection(t) })
	}
}

func (l *leftovers) connection(transport any) {
	name, site := "", ""
	if t, ok := transport.(interface {
		String() string
		Site() string
	}); ok {
		name, site = t.String(), t.Site()
	}
	l.add(Leak{Kind: LeakedConnection, Name: name, Site: site, Text: name + " not closed" + at(site)})
}

// error is what Close is to return for what is left, nil for nothing.
func (l *leftovers) error() error {
	if len(l.leaks) == 0 {
		return nil
	}
	sortByKind(l.leaks)
	return &LeakError{Leaks: l.leaks}
}

func (l *leftovers) task(p pending) {
	t := p.Task()
	if p.Quiet() || t.Done() || !l.first(t.Core()) {
		return
	}
	var stack []coro.Frame
	looked := l.stacks < maxStacks
	if looked {
		l.stacks++
		stack = p.Stack(&l.goroutines)
	}
	o := originOf(t.Core())
	leak := Leak{Kind: LeakedTask, Name: t.Name(), Created: o.Created}
	if f, ok := ownFrame(stack); ok {
		leak.Site = fmt.Sprintf("%s:%d", f.File, f.Line)
	}
	how := "never awaited"
	t.Core().Links(func(*future.Link) bool {
		how = "has not ended"
		return false
	})
	state := waitsFor(p.Awaited())
	if looked && len(stack) == 0 && p.Awaited() == nil {
		state = "has not begun"
	}
	where := at(cmp.Or(leak.Site, leak.Created, o.Function.String()))
	leak.Text = fmt.Sprintf("%s %s, %s%s", called("task", leak.Name), how, state, where)
	l.add(leak)
}

// waitsFor says what a task does that waits for c, nil for one that need not wait.
func waitsFor(c *future.Core) string {
	switch {
	case c == nil:
		return "is ready"
	case c.Role() == nil:
		return "waits for a future"
	}
	return "waits for " + brief(waits.Described(c.Role()))
}

func (l *leftovers) generator(g *sched.Generator) {
	gen := g.Body().(asyncgen)
	by, site := gen.Begun()
	if g.State() != sched.GeneratorSuspended || by != nil && !by.Done() || !l.first(g) {
		return // the first: the task that is in it is what is left
	}
	name := gen.Function().String()
	l.add(Leak{Kind: LeakedGenerator, Name: name, Site: site, Text: "generator " + brief(path.Base(name)) + " never closed" + at(site)})
}

// errorLeft notes an error that nobody has looked at. One that ends the program is none: the
// run has returned it, and the exception handler is told of it as ever.
func (l *Loop) errorLeft(n *unretrieved.Note) {
	if future.IsBase(n.Err) {
		l.reportUnretrieved(n)
		return
	}
	text := "error never retrieved: " + errorText(n.Err)
	if n.IsTask() {
		text += fmt.Sprintf(" (%s)", called("task", n.Name()))
	}
	l.left.add(Leak{Kind: LeakedError, Name: n.Name(), Text: text, Err: n.Err, Created: n.Created})
}

// findHeld looks for what ended tasks of this loop hold.
func (l *Loop) findHeld() {
	account, ok := l.sched.Tasks.(interface{ TakeHeld() []coro.HeldBy })
	if !ok {
		return // no task has held anything
	}
	for _, r := range account.TakeHeld() {
		by := l.endedHolders(r)
		if len(by) == 0 {
			continue
		}
		l.left.add(Leak{
			Kind: LeakedLock,
			Name: nameOf(r),
			Text: fmt.Sprintf("%s held by %s", brief(waits.Described(r)), ended(by)),
		})
	}
}

// endedHolders are the names of those of this loop's tasks that hold r and have ended, each
// once; none if its Holders panics.
func (l *Loop) endedHolders(r coro.HeldBy) (names []string) {
	defer func() { _ = recover() }()
	seen := map[*future.Core]bool{}
	for _, t := range r.Holders() {
		c := t.Core()
		if c.Done() && !seen[c] && c.Scheduler() == l.Scheduler() {
			seen[c] = true
			names = append(names, called("task", t.Name()))
		}
	}
	return names
}

// ended are tasks of these names, which have ended.
func ended(names []string) string {
	if len(names) == 1 {
		return names[0] + ", which has ended"
	}
	if more := len(names) - maxNamed; more > 0 {
		names = append(slices.Clip(names[:maxNamed]), fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ") + ", which have ended"
}

// nameOf is that which r was given, if it has one.
func nameOf(r coro.HeldBy) (name string) {
	defer func() { _ = recover() }()
	if named, ok := r.(interface{ Name() string }); ok {
		name = named.Name()
	}
	return name
}

// findTimers looks for the program's, and takes them all out on the way, which gives their
// order. Those of a task go with the task.
func (l *Loop) findTimers() {
	now := l.quietTime()
	for t := l.timers.PopDue(noLimit); t != nil; t = l.timers.PopDue(noLimit) {
		c, ok := t.Run.(*timedCall)
		if !ok || isQuiet(c.context()) {
			continue
		}
		leak := Leak{Kind: LeakedTimer, Name: frames.FunctionOf(c.fn, nil).String(), Site: c.scheduledAt()}
		leak.Text = "timer " + timeLeft(t.When()-now)
		if leak.Site != "" {
			leak.Text += at(leak.Site)
		} else {
			leak.Text += " for " + brief(path.Base(leak.Name))
		}
		l.left.add(leak)
	}
}

// workTexts say what an errand of a kind has left.
var workTexts = [...]string{
	onThread:    "work on a thread not done",
	onGoroutine: "work on a goroutine not done",
	onChannel:   "receive from a channel not done",
	onFuture:    "future of an executor not done",
	ofProgram:   "Hold never released",
}

// findWork looks for what is out, and neither awaited by a task nor given up. It may be about
// to end then, as a function is whose context has ended: the loop cannot know, and a report
// must not depend on who is faster.
func (l *Loop) findWork() {
	l.outside.mu.Lock()
	defer l.outside.mu.Unlock()
	for _, e := range l.outside.list {
		if e.kind == onConnection || e.of != nil && (e.of.Done() || l.left.awaited[e.of]) {
			continue // the connection is what is left
		}
		site := e.site.String()
		l.left.add(Leak{Kind: LeakedWork, Name: e.kind.String(), Site: site, Text: workTexts[e.kind] + at(site)})
	}
}

func (l *leftovers) posts(p *post) {
	for ; p != nil; p = p.before {
		l.entry(p.entry)
	}
}

// entry looks at what is in the ready queue: the program's functions, and no machinery.
func (l *leftovers) entry(e sched.Entry) {
	var fn any
	var site string
	switch e := e.(type) {
	case *call:
		fn, site = e.program()
	case *timedCall:
		fn, site = e.program()
	case *posted:
		if e.state.Load()&postedCanceled == 0 && !isQuiet(e.in) {
			fn = e.fn
		}
	case interface{ submitted() (fn any, site string) }:
		fn, site = e.submitted()
	}
	if fn == nil {
		return
	}
	f := frames.FunctionOf(fn, nil)
	if f.IsCore() {
		return
	}
	l.add(Leak{Kind: LeakedCallback, Name: f.String(), Site: site, Text: "callback " + brief(path.Base(f.String())) + " never run" + at(site)})
}

// program is the function and where it was scheduled, nil if it is canceled, or quiet.
func (c *callback) program() (fn any, site string) {
	if c.fn == nil || c.canceled || isQuiet(c.context()) {
		return nil, ""
	}
	return c.fn, c.scheduledAt()
}

func (s *submission[T]) submitted() (fn any, site string) { return s.fn, s.site }

// isQuiet reports whether a callback was scheduled below a coro.QuietTree.
func isQuiet(v *sched.Vars) bool {
	if v == nil {
		return false
	}
	_, quiet := v.Get(sched.QuietTree{})
	return quiet
}
