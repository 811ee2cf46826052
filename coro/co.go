package coro

import (
	"fmt"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/internal/unretrieved"
)

// Co is a coroutine's own view of the task that runs it. A coroutine function is
// given one, and hands it to everything that it awaits. It is valid until the
// task ends, on the task's own stack only (and that of the iterators it ranges
// over).
type Co struct {
	// What a step or an await touches comes first, in two cache lines.

	link        future.Link  // its place among the callbacks of what it waits for, without a future when it does not
	core        *future.Core // the task's own future
	cancels     int32        // requests that were not taken back
	mustCancel  bool         // the next step throws a CanceledError in
	quiet       bool         // not worth a report if it is pending when the loop closes
	selfAwaited bool         // see refuse

	coroutine sched.Coroutine

	number int32  // for the name, when it has none
	serial uint32 // which of the loop's tasks it is, from 1 on
	extra  *extra // what few tasks have, nil until it is needed
}

// extra is what few tasks have. It is apart so that the others take less room.
type extra struct {
	name    string
	context *taskContext // made by Context
	rare    *rare        // what even fewer have

	contextCanceled bool // a cancellation that was not taken back has ended one that was given out
}

type rare struct {
	site   string      // the line that created the task, in debug mode
	locals map[any]any // the values of each *TaskLocal

	injected error // see Inject
}

// awaited is what the task waits for, nil when it runs or is scheduled.
func (co *Co) awaited() *future.Core { return co.link.Core() }

// created is the line that created the task, "" if it is not known.
func (x *extra) created() string {
	if x == nil || x.rare == nil {
		return ""
	}
	return x.rare.site
}

// rarely is the rare part of co's extra, made if there is none.
func (co *Co) rarely() *rare {
	x := co.more()
	if x.rare == nil {
		x.rare = new(rare)
	}
	return x.rare
}

// more is the extra of co, made if there is none.
func (co *Co) more() *extra {
	if co.extra == nil {
		co.extra = new(extra)
	}
	return co.extra
}

// Scheduler makes a Co a [Spawner]: tasks are created on its loop.
func (co *Co) Scheduler() *future.Scheduler {
	if co == nil {
		return nil // which is refused with a word
	}
	return (*future.Scheduler)(co.coroutine.Scheduler())
}

// sched is the scheduler of the loop.
func (co *Co) sched() *sched.Scheduler { return co.coroutine.Scheduler() }

// Task is the task that runs the coroutine.
func (co *Co) Task() AnyTask { return taskOn(&co.coroutine).Task() }

// Vars is the task's context, which holds the values of context variables.
func (co *Co) Vars() *Vars { return (*Vars)(co.coroutine.Vars()) }

// Debug reports whether the loop is in debug mode.
//
// Semantics: asyncio.loop.get_debug.
func (co *Co) Debug() bool { return co.sched().Debug }

// Name is the name of the task.
func (co *Co) Name() string {
	if co.extra != nil && co.extra.name != "" {
		return co.extra.name
	}
	return unretrieved.Origin{Number: co.number}.Name()
}

// origin is what reports tell about the task.
func (co *Co) origin() unretrieved.Origin {
	o := unretrieved.Origin{Number: co.number, Function: taskOn(&co.coroutine).function()}
	if co.extra != nil {
		o.Task, o.Created = co.extra.name, co.extra.created()
	}
	return o
}

// mustRun refuses a Co whose task is not the one that runs: a coroutine has been
// given another one's Co, most often by a closure around it.
// In debug mode it finds out as well whether this is the task's goroutine.
func (co *Co) mustRun() {
	if co.coroutine.IsSuspect() {
		co.mayBeMisused()
	}
}

// mustBeGiven refuses nil. It is apart from mustRun, which is done at each step.
func (co *Co) mustBeGiven() {
	if co == nil {
		panic("coro: a nil Co; a coroutine awaits with the Co that it was given itself, by loop.Run or CreateTask")
	}
}

// mayBeMisused is apart from mustRun so that the check is inlined, and needs no room on
// the stack of every suspended coroutine.
func (co *Co) mayBeMisused() {
	if co.coroutine.IsCurrent() {
		co.sched().Loop().CheckGoroutine()
		return
	}
	co.sched().ExitUnwound()
	if co.coroutine.Torn() {
		co.coroutine.Exit() // a deferred function awaits while the loop closes
	}
	if co.core.Done() {
		panic(fmt.Sprintf("coro: the Co of task %q is used after the task has ended; a coroutine awaits with the Co that it was given itself",
			co.Name()))
	}
	current := co.sched().Current()
	if current == nil {
		panic(fmt.Sprintf("coro: the Co of task %q is used while no task runs; a callback or another goroutine cannot await: it creates a task that does, with CreateTask or loop.Submit",
			co.Name()))
	}
	panic(fmt.Sprintf("coro: the Co of task %q is used while task %q runs; a coroutine awaits with the Co that it was given itself",
		co.Name(), taskOn(current).Task().Name()))
}
