package coro

import (
	"context"
	"fmt"
	"runtime"
	"strconv"

	"github.com/ouro-loop/ouro/future"
)

// Co is a coroutine's own view of the task that runs it. A coroutine function is
// given one, and hands it to everything that it awaits. It is valid until the
// task ends, on the task's own stack only (and that of the iterators it ranges
// over).
type Co struct {
	// What every step touches comes first, so that it shares a cache line.
	sched      *Scheduler
	resume     func() (struct{}, bool) // switches to the function: the worker's
	yield      func(struct{}) bool     // switches back from it: the worker's
	waiter     *future.Core            // what the task waits for, nil when it runs or is scheduled
	mustCancel bool                    // the next step throws a CanceledError in
	quiet      bool                    // not worth a report if it is pending when the loop closes
	asked      bool                    // the worker has a request for the function

	worker *worker      // what the function runs on, nil before the first step and after the last
	task   AnyTask      // the task,
	core   *future.Core // and its future
	link   future.Link  // the task's place among the callbacks of waiter

	prev, next *Co    // in the scheduler's register
	ownVars    Vars   // its context, unless extra has another
	extra      *extra // what few tasks have, nil until it is needed

	number  int32 // for the name, when it has none
	cancels int32 // requests that were not taken back
}

// extra is what few tasks have. It is apart so that the others take less room.
type extra struct {
	name    string
	context *taskContext // made by Context
	vars    *Vars        // the context that the task was given, or is in for now
}

// more is the extra of co, made if there is none.
func (co *Co) more() *extra {
	if co.extra == nil {
		co.extra = new(extra)
	}
	return co.extra
}

// A step is a Co as an entry of the ready queue: Run is one step of its task.
//
// An invariant of a task that is not done:
//   - waiting: waiter is a future that is not done, link is in its list, and
//     no step is scheduled;
//   - scheduled: one step is in the ready queue; waiter is nil, or done;
//   - running: waiter is nil, no step is scheduled, and sched.current is the
//     task (or one that it started eagerly and that has not suspended yet).
type step Co

// Run gives the task one step, on the loop's goroutine.
func (st *step) Run() {
	co := (*Co)(st)
	if co.resume == nil && !co.begin() {
		return
	}
	s, resume := co.sched, co.resume // co may be done when resume returns, and another suspended
	co.waiter = nil
	s.current = co
	resume()
	for s.question != nil {
		question := s.question
		s.question = nil
		question()
		resume()
	}
	s.current = nil
}

// String is what the loop calls the step in its reports.
func (st *step) String() string { return st.task.String() }

// begin gets a worker for the first step. A task that was canceled before it
// never runs its function.
func (co *Co) begin() bool {
	if co.mustCancel {
		co.mustCancel = false
		co.end(co.core.TakeCanceled())
		return false
	}
	co.sched.pool.get(co)
	return true
}

// startEager runs the first step at once, inside of whatever runs now.
func (co *Co) startEager() {
	s := co.sched
	creator := s.current
	s.creators = append(s.creators, creator)
	s.current = co
	s.pool.get(co)
	co.resume()
	s.current = creator
	s.creators = s.creators[:len(s.creators)-1]
}

// Suspend parks the coroutine until the future of c is done. Await is the way to
// it for everyone but the authors of futures. A non-nil error takes the place of
// the future's outcome: a cancellation of this task, or a refusal.
//
// Semantics: asyncio.Task.__step and __wakeup, CPython 3.14.
func (co *Co) Suspend(c *future.Core) error {
	if !co.enter(c) {
		return co.refuse(c)
	}
	if co.sched.crowded || !co.host() { // as in Sleep
		co.yield(struct{}{})
	}
	return co.woken(c)
}

// enter registers the task with the future that it is about to wait for. It reports
// false if that cannot be awaited. Between enter and woken the caller parks: itself,
// because every frame below a suspended function has a price.
func (co *Co) enter(c *future.Core) bool {
	co.mustRun()
	if c.Loop() != co.sched.futureLoop || c == co.core || c.SelfAwaited() {
		return false
	}
	co.waiter = c
	c.Attach(&co.link)
	if co.mustCancel && c.Cancel(co.core.CancelMessage()) {
		co.mustCancel = false
	}
	return true
}

// woken is the end of what enter began.
func (co *Co) woken(c *future.Core) error {
	if co.asked {
		co.answer()
	}
	if c.Done() && !co.mustCancel {
		return nil
	}
	return co.resumedOtherwise(c)
}

// resumedOtherwise is the end of a Suspend whose task was canceled meanwhile.
func (co *Co) resumedOtherwise(c *future.Core) error {
	for !co.mustCancel && !c.Done() {
		// A circle of awaits was canceled here, and the request taken back.
		co.waiter = c
		c.Attach(&co.link)
		co.park()
		if co.asked {
			co.answer()
		}
	}
	switch {
	case !co.mustCancel:
		return nil
	case c.Done() && !c.Canceled() && !future.IsCanceled(c.Err()), !c.Done():
		return co.takeCancel()
	}
	// The future ended as canceled itself, and its error is the one to be seen.
	co.mustCancel = false
	return nil
}

// refuse is what comes of a Suspend on a future that cannot be awaited.
func (co *Co) refuse(c *future.Core) error {
	switch {
	case c.SelfAwaited():
		return fmt.Errorf("%w: %s has done so, and cannot be awaited before it ends", ErrAwaitSelf, c.Role().Describe())
	case c == co.core:
		c.MarkSelfAwaited()
		return co.throw(fmt.Errorf("%w (task %q)", ErrAwaitSelf, co.Name()))
	}
	return co.throw(fmt.Errorf("%w (task %q)", ErrOtherLoop, co.Name()))
}

// throw returns err to the coroutine, as a step of its own would.
func (co *Co) throw(err error) error {
	if canceled := Sleep(co, 0); canceled != nil {
		return canceled
	}
	return err
}

// takeCancel delivers the cancellation that was asked for.
func (co *Co) takeCancel() error {
	co.mustCancel = false
	return co.core.TakeCanceled()
}

// park suspends the function until its next step.
func (co *Co) park() {
	if co.sched.crowded || !co.host() {
		co.yield(struct{}{})
	}
}

// ask has the suspended function run request where it stands, on its own stack.
func (co *Co) ask(request func()) {
	co.worker.request, co.asked = request, true
	co.resume()
}

// answer runs what the function was asked for, and suspends it again.
func (co *Co) answer() {
	for co.asked {
		request := co.worker.request
		co.worker.request, co.asked = nil, false
		request()
		co.yield(struct{}{})
	}
}

// mustRun refuses a Co whose task is not the one that runs: a coroutine has been
// given another one's Co, most often by a closure around it.
func (co *Co) mustRun() {
	if co.sched.current != co {
		co.misused()
	}
}

// misused is apart from mustRun so that the check is inlined, and needs no room on
// the stack of every suspended coroutine.
func (co *Co) misused() {
	if co.torn() {
		runtime.Goexit() // a deferred function awaits while the loop closes
	}
	running := "no task"
	if current := co.sched.current; current != nil {
		running = fmt.Sprintf("task %q", current.Name())
	}
	panic(fmt.Sprintf("coro: the Co of task %q is used while %s runs; a coroutine awaits with the Co that it was given itself",
		co.Name(), running))
}

// broke is deferred around a coroutine's function. If that has not returned, its panic
// becomes the task's error; or it was a Goexit, which takes the worker with it.
func (co *Co) broke(returned *bool) {
	if *returned {
		return
	}
	v := recover()
	if v != nil && !co.torn() {
		co.end(future.NewPanicError(v))
		return
	}
	co.worker.dead = true
	co.sched.torn = true // who runs this step, a host or a creator, goes too
	if v != nil {        // in a deferred function, on the way out: nobody else will be told
		co.sched.loop.CallExceptionHandler(future.ErrorContext{
			Message: "panic while the task was torn down at the close of its loop",
			Err:     future.NewPanicError(v),
			Task:    co.Name(),
		})
	}
}

// torn reports whether the function is on its way out, and must not suspend again.
func (co *Co) torn() bool { return co.worker != nil && (co.worker.unwinding || co.sched.torn) }

// retire frees what a running task holds, just before its outcome is set.
func (co *Co) retire() {
	co.sched.unregister(co)
	co.core.Release()
	co.worker, co.resume, co.yield = nil, nil, nil
	co.endContext(context.Canceled)
}

// end sets the outcome of a task whose function returned an error, or returned
// while it was to be canceled.
func (co *Co) end(err error) {
	co.retire()
	switch {
	case err == nil:
		co.mustCancel = false
		co.core.MarkCanceled(nil, co.core.CancelMessage())
	case future.IsCanceled(err):
		co.core.MarkCanceled(err, nil)
	default:
		co.core.Fail(err)
		if future.IsBase(err) {
			co.sched.loop.Abort(err)
		}
	}
}

// unwind ends the task by force, because the loop closes.
func (co *Co) unwind() {
	if w := co.worker; w != nil && !w.dead {
		w.unwinding = true
		co.askToExit()
	}
	co.link.Detach()
	co.waiter = nil
	co.retire()
	co.core.MarkCanceled(nil, nil)
}

// askToExit makes the suspended function run its deferred functions and end, even
// one that ignores every error. A Goexit cannot be recovered from; it comes out of
// resume too, and ends a goroutine that is there for nothing else.
func (co *Co) askToExit() {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		co.ask(runtime.Goexit)
	}()
	<-ended
}

// Scheduler makes a Co a [Spawner]: tasks are created on its loop.
func (co *Co) Scheduler() *Scheduler { return co.sched }

// Task is the task that runs the coroutine.
func (co *Co) Task() AnyTask { return co.task }

// Vars is the task's context, which holds the values of context variables.
func (co *Co) Vars() *Vars {
	if co.extra != nil && co.extra.vars != nil {
		return co.extra.vars
	}
	return &co.ownVars
}

// Name is the name of the task.
func (co *Co) Name() string {
	if co.extra != nil && co.extra.name != "" {
		return co.extra.name
	}
	return "Task-" + strconv.Itoa(int(co.number))
}
