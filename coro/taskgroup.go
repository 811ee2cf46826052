package coro

import (
	"fmt"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/internal/waits"
)

// TaskGroup holds tasks that end together, see [Group].
//
// Semantics: asyncio.TaskGroup, CPython 3.15.
type TaskGroup struct {
	parent      *Co
	machine     *machine
	first, last *groupMember    // unfinished tasks in order of creation
	failed      *ExceptionGroup // the errors of the tasks, nil if there are none
	base        error           // the first ErrKeyboardInterrupt or SystemExit
	allDone     future.Core     // what the parent waits for,
	total       int             // tasks so far
	waiting     bool            // when it does

	exiting               bool // the body has returned
	aborting              bool // the tasks were canceled
	ended                 bool
	parentCancelRequested bool // the parent was canceled by the group itself
}

// A groupMember is the group's hold on one unfinished task.
type groupMember struct {
	next, prev *groupMember
	link       future.Link // with its future
	group      *TaskGroup
}

// Group runs body, and waits for all tasks that it, or they, created with
// CreateTask(g, ...). The first of them to fail with anything but a cancellation
// cancels the others, and body too if that still runs; so does an error of body.
// When all have ended, the errors are returned as an *[ExceptionGroup]: those of
// the tasks in the order in which they failed, and that of body last.
//
// A cancellation of the caller cancels the tasks, and is returned once they have
// ended if none of them failed. An ErrKeyboardInterrupt or SystemExit is returned
// alone. A panic of body counts as an error of it, a *future.PanicError. An
// ErrGeneratorExit of body is returned as it is if no task has failed: a generator that is
// closed has its groups closed.
// [TaskGroup.Cancel] ends the group early.
//
// Semantics: asyncio.TaskGroup, CPython 3.15.
func Group(co *Co, body func(g *TaskGroup) error) error {
	co.mustBeGiven()
	co.mustRun()
	if body == nil {
		panic("coro: Group of a nil function")
	}
	g := &TaskGroup{parent: co, machine: co.machine()}
	err := g.call(body)
	err = g.exit(err)
	g.ended = true
	return err
}

// GroupValue is Group of a body with a result. Body returns it before the tasks have ended:
// what they are to add has to be behind a pointer, in a map or in the tasks themselves. With
// an error the result is the zero value.
//
// Semantics: asyncio.TaskGroup, CPython 3.15.
func GroupValue[T any](co *Co, body func(g *TaskGroup) (T, error)) (T, error) {
	if body == nil {
		panic("coro: GroupValue of a nil function")
	}
	var v T
	err := Group(co, func(g *TaskGroup) (err error) {
		v, err = body(g)
		return err
	})
	return valueUnless(err, v)
}

func (g *TaskGroup) call(body func(g *TaskGroup) error) (err error) {
	defer func() {
		switch v := recover(); {
		case v == nil:
		case g.parent.sched().TearsDown(): // it goes on, to who reports it
			panic(v)
		default:
			err = g.parent.panicError(v)
		}
	}()
	return body(g)
}

// Scheduler makes a group a [Spawner].
func (g *TaskGroup) Scheduler() *future.Scheduler {
	g.mustBeMade()
	return g.parent.Scheduler()
}

// mustBeMade refuses a group that Group has not made.
func (g *TaskGroup) mustBeMade() {
	if g == nil || g.parent == nil {
		panic("coro: a TaskGroup that was not made by Group, which gives one to its body; the zero TaskGroup and nil are none")
	}
}

func (g *TaskGroup) mustBeActive() {
	switch {
	case g.ended, g.exiting && g.first == nil:
		panic(fmt.Errorf("%w: it has ended", ErrGroupInactive))
	case g.aborting:
		panic(fmt.Errorf("%w: it is shutting down", ErrGroupInactive))
	}
}

// add takes a new task in. The end of one that has ended eagerly is still reported
// through the ready queue, so that its error does not cancel the parent too early.
func (g *TaskGroup) add(c *future.Core) {
	m := g.newMember()
	m.prev = g.last
	if g.last == nil {
		g.first = m
	} else {
		g.last.next = m
	}
	g.last = m
	g.total++
	c.Attach(&m.link)
	if g.aborting && !c.Done() {
		c.Cancel(nil) // its eager first step has canceled the group, which did not have it yet
	}
}

// newMember takes one that is idle, or makes one.
func (g *TaskGroup) newMember() *groupMember {
	s := g.machine
	m := s.idleMembers
	if m == nil {
		m = new(groupMember)
		m.link.Init(m)
	} else {
		s.idleMembers, m.next = m.next, nil
		s.nIdleMembers--
	}
	m.group = g
	return m
}

// maxIdleMembers is how many are kept to be used again.
const maxIdleMembers = 256

// remove takes m out, which can be used again from then on.
func (g *TaskGroup) remove(m *groupMember) {
	if m.prev == nil {
		g.first = m.next
	} else {
		m.prev.next = m.next
	}
	if m.next == nil {
		g.last = m.prev
	} else {
		m.next.prev = m.prev
	}
	m.link.Forget()
	m.next, m.prev, m.group = nil, nil, nil
	if s := g.machine; s.nIdleMembers < maxIdleMembers {
		m.next, s.idleMembers = s.idleMembers, m
		s.nIdleMembers++
	}
}

// Run is called when the task is done.
func (m *groupMember) Run() {
	g, core := m.group, m.link.Core()
	g.remove(m)
	if g.waiting && g.first == nil {
		g.allDone.Finish()
	}
	if core.Canceled() {
		return
	}
	err := core.Err()
	if err == nil {
		return
	}
	g.addError(err, core.Role().Describe())
	if g.base == nil && future.IsBase(err) {
		g.base = err
	}
	if g.parent.core.Done() { // the loop was stopped in the middle of it all
		future.CallExceptionHandler(g, future.ErrorContext{
			Message: fmt.Sprintf("%s has errored out but its parent task %q is already completed",
				core.Role().Describe(), g.parent.Name()),
			Err:  err,
			Task: core.Role().(future.Named).Name(),
		})
		return
	}
	g.shutDown()
}

// Cancel ends the group early and without an error, for instance because one of its
// tasks has found what all of them look for. It cancels the unfinished tasks in order
// of creation, then body, or its wait for the tasks. Body sees the cancellation at
// its next await, as the tasks do.
//
// Group waits until all have ended, and returns nil then, or the errors of those that
// have failed all the same. A cancellation of the caller is not lost: if the caller was
// canceled too, before or after, Group returns that instead of nil, or the caller's next
// await does. From Cancel on, CreateTask for the group panics with ErrGroupInactive.
//
// Any coroutine or callback of the loop may call Cancel. It does nothing if the group
// has ended, or is shutting down already.
//
// # Differences from asyncio
//
// A TaskGroup exists from the beginning of its body: what asyncio does with a group that
// was canceled before it was entered, is done by a body that begins with Cancel.
//
// Semantics: asyncio.TaskGroup.cancel, CPython 3.15.
func (g *TaskGroup) Cancel() {
	g.mustBeMade()
	if !g.ended && (!g.exiting || g.first != nil) {
		g.shutDown()
	}
}

// shutDown cancels the tasks, and the parent until exit takes that back.
func (g *TaskGroup) shutDown() {
	if g.aborting {
		return
	}
	g.abort()
	g.parentCancelRequested = true
	g.parent.core.Cancel(nil)
}

// abort cancels the tasks.
func (g *TaskGroup) abort() {
	g.aborting = true
	if g.parent.sched().Chooser != nil {
		g.abortChosen()
		return
	}
	for m := g.first; m != nil; m = m.next {
		if !m.link.Core().Done() {
			m.link.Core().Cancel(nil)
		}
	}
}

// abortChosen is abort where somebody chooses in which order a set is walked.
func (g *TaskGroup) abortChosen() {
	var tasks []AnyTask
	for m := g.first; m != nil; m = m.next {
		tasks = append(tasks, holder(m.link.Core())...)
	}
	sched.Walk(g.parent.sched(), tasks)
	for _, t := range tasks {
		t.Cancel()
	}
}

// exit is the end of the body, which returned err.
func (g *TaskGroup) exit(err error) error {
	g.exiting = true
	if g.base == nil && future.IsBase(err) {
		g.base = err
	}
	err, bodyCanceled := g.parent.asCanceled(err)
	var cancellation error // to be passed on
	if bodyCanceled {
		cancellation = err
	}
	if err != nil && !g.aborting {
		g.abort()
	}
	// A cancellation ends one wait, not the waiting: every task is waited for.
	var lastWait error // the last cancellation that ended a wait
	for g.first != nil {
		err := g.wait()
		if err == nil {
			continue
		}
		lastWait = err
		if !g.aborting {
			cancellation = err
			g.abort()
		}
	}
	if g.base != nil {
		return g.base
	}
	if g.parentCancelRequested {
		if g.parent.uncancel() == 0 {
			cancellation = nil // it was the group's own
		} else if cancellation == nil {
			cancellation = lastWait // from outside, while the group was shutting down
		}
	}
	if cancellation != nil && g.failed == nil {
		return cancellation
	}
	exit := false // of a generator around the group, and nothing else
	if err != nil && !bodyCanceled {
		exit = g.failed == nil && isAlone(err, ErrGeneratorExit)
		g.addError(err, fmt.Sprintf("the group's body in task %q", g.parent.Name()))
	}
	if g.failed == nil {
		return nil // err is the group's own cancellation, if it is anything
	}
	if g.parent.cancels > 0 {
		// A cancellation from outside gives way to the errors now, and is
		// armed again for the next await.
		g.parent.uncancel()
		g.parent.core.Cancel(nil)
	}
	if exit {
		return err
	}
	return g.failed
}

func (g *TaskGroup) addError(err error, from string) {
	if g.failed == nil {
		g.failed = &ExceptionGroup{Message: "unhandled errors in a TaskGroup"}
	}
	g.failed.Errors, g.failed.from = append(g.failed.Errors, err), append(g.failed.from, from)
}

// wait suspends the parent until the last task has ended, or it is canceled. In a
// generator another task may have come to the end of the body.
func (g *TaskGroup) wait() error {
	co := g.parent
	if c := co.sched().Current(); c != nil && c != &co.coroutine {
		co = taskOn(c).Co()
	}
	g.allDone = future.Core{}
	g.allDone.Init(g, (*groupRole)(g))
	g.waiting = true
	err := co.Suspend(&g.allDone)
	g.waiting = false
	return err
}

func (g *groupRole) Holders() []AnyTask {
	var tasks []AnyTask
	for m := g.first; m != nil; m = m.next {
		tasks = append(tasks, holder(m.link.Core())...)
	}
	return tasks
}

// groupRole is a group as what stands behind the future its parent waits for.
type groupRole TaskGroup

func (g *groupRole) Describe() string {
	n := 0
	for m := g.first; m != nil; m = m.next {
		n++
	}
	return fmt.Sprintf("task group (%d of %d unfinished)", n, g.total)
}

func (g *groupRole) Wait() waits.Info {
	return waits.Info{Kind: "task group", Text: g.Describe(), Awaits: true}
}
