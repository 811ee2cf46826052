package coro

import (
	"context"
	"errors"
	"time"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/timers"
)

// Loop is what this package needs of an event loop; *loop.Loop is the one there
// is.
type Loop interface {
	future.Loop

	// Scheduler is the state this package keeps for the loop.
	Scheduler() *Scheduler

	// Time is the loop's clock.
	Time() time.Duration

	// AddTimer has t.Run scheduled once the clock has reached when. RemoveTimer
	// takes it back, and reports whether it was still waiting.
	AddTimer(t *timers.Timer, when time.Duration)
	RemoveTimer(t *timers.Timer) bool

	// Peek is the entry that the loop would run next, if it would do nothing else
	// before; nil if the loop has to go on itself. Pop takes that entry. RunHosted
	// runs it as the loop would, if it is not a step; it says LoseHost if that has
	// called Goexit.
	Peek() future.Runnable
	Pop()
	RunHosted(entry future.Runnable)

	// IsRunning reports whether the loop is in RunForever or RunUntilComplete.
	IsRunning() bool

	// Abort ends the present run with err as soon as what runs now returns.
	Abort(err error)
}

// ErrLoopClosed is what is given for work that comes when the loop is closed.
var ErrLoopClosed = errors.New("loop: the event loop is closed")

// Scheduler is what this package keeps for each loop: the task that runs, the
// register of unfinished tasks, and the workers that coroutines run on. A loop
// has one, sets it up with Init and ends it with Close.
type Scheduler struct {
	loop       Loop
	futureLoop future.Loop // loop again, in the form it is compared in
	options    SchedulerOptions

	current     *Co    // the task that runs now, nil in a callback
	creators    []*Co  // tasks in the middle of starting another one eagerly
	host        *Co    // the suspended task that runs what is ready, see Co.host
	question    func() // for the host, from the task that runs
	crowded     bool   // so much is ready that a host would save nothing
	first, last *Co    // unfinished tasks in order of creation
	count       int
	unnamed     int32 // how many tasks were given a number for a name
	pool        pool
	closed      bool
	torn        bool // a Goexit unwinds whatever is on the loop's stack
	debug       bool

	callbackVars *Vars // the context of the callback that runs now
	baseVars     Vars  // the context outside of callbacks and tasks

	idleMembers  *groupMember // of task groups, to be used again; linked by next
	nIdleMembers int
}

// SchedulerOptions are fixed for the life of a loop.
type SchedulerOptions struct {
	Context    context.Context // parent of every Co.Context; nil for context.Background()
	EagerTasks bool            // what asyncio's eager_task_factory does
	MaxIdle    int             // how many idle workers to keep
}

// Init makes s ready to run tasks on loop.
func (s *Scheduler) Init(loop Loop, o SchedulerOptions) {
	s.loop, s.futureLoop, s.options = loop, loop, o
	if s.options.Context == nil {
		s.options.Context = context.Background()
	}
	s.pool.init(s, o.MaxIdle)
}

// Scheduler returns s, so that it is a [Spawner].
func (s *Scheduler) Scheduler() *Scheduler { return s }

// Loop is the loop that s belongs to.
func (s *Scheduler) Loop() Loop { return s.loop }

// Vars is the context that code running now on the loop's goroutine is in: its
// task's, its callback's, or the loop's own.
func (s *Scheduler) Vars() *Vars {
	switch {
	case s.current != nil:
		return s.current.Vars()
	case s.callbackVars != nil:
		return s.callbackVars
	}
	return &s.baseVars
}

// EnterCallback sets the context of the callback that is about to run, and
// LeaveCallback takes it away when it has.
func (s *Scheduler) EnterCallback(v *Vars) { s.callbackVars = v }

// LeaveCallback ends what EnterCallback began.
func (s *Scheduler) LeaveCallback() { s.callbackVars = nil }

// RunIn calls f with v as the context, in place of that of what runs now.
func (s *Scheduler) RunIn(v *Vars, f func()) {
	at := &s.callbackVars
	if s.current != nil {
		at = &s.current.more().vars
	}
	before := *at
	*at = v
	defer func() { *at = before }()
	f()
}

// Reset forgets what was running: the loop's goroutine was torn out of a step.
func (s *Scheduler) Reset() {
	s.current, s.creators, s.callbackVars = nil, nil, nil
	s.host, s.question, s.torn = nil, nil, false
}

// SetCrowded says whether so much is ready that a task which suspends had better leave
// it to the loop.
func (s *Scheduler) SetCrowded(crowded bool) { s.crowded = crowded }

// SetDebug turns debug mode on or off. In it, the goroutines that coroutines run on
// are named by name, for RunsOn.
func (s *Scheduler) SetDebug(on bool, name func() string) {
	s.debug = on
	s.pool.identify = nil
	if on {
		s.pool.identify = name
	}
}

// Debug reports whether the loop is in debug mode.
func (s *Scheduler) Debug() bool { return s.debug }

// RunsOn reports whether the task that runs now may run on the goroutine of that
// name. It is for reports of calls from wrong goroutines.
func (s *Scheduler) RunsOn(goroutine string) bool {
	if s.current == nil {
		return false
	}
	w := s.current.worker // nil while the task sets its outcome
	return w == nil || w.goroutine == "" || w.goroutine == goroutine
}

// Close unwinds every suspended task, runs its deferred functions, and ends all
// workers. No goroutine is left when it returns, unless a deferred function
// blocks. The unwound tasks are canceled; nothing that this would wake is run.
func (s *Scheduler) Close() {
	s.closed = true
	s.Reset()
	for co := s.first; co != nil; co = s.first {
		co.unwind()
	}
	s.pool.close()
}

// register puts a new task at the end of the unfinished ones.
func (s *Scheduler) register(co *Co) {
	co.prev = s.last
	if s.last == nil {
		s.first = co
	} else {
		s.last.next = co
	}
	s.last = co
	s.count++
}

func (s *Scheduler) unregister(co *Co) {
	if co.prev == nil {
		s.first = co.next
	} else {
		co.prev.next = co.next
	}
	if co.next == nil {
		s.last = co.prev
	} else {
		co.next.prev = co.prev
	}
	co.prev, co.next = nil, nil
	s.count--
}

// CurrentTask is the task that runs now, nil if none does: in a callback, or when
// the loop is not running.
//
// Semantics: asyncio.current_task, CPython 3.14.
func CurrentTask(s Spawner) AnyTask {
	if co := s.Scheduler().current; co != nil {
		return co.task
	}
	return nil
}

// AllTasks are the unfinished tasks of the loop, in order of creation.
//
// Semantics: asyncio.all_tasks, CPython 3.14.
//
// # Differences from asyncio
//
// A slice in order of creation instead of a set; and the loop keeps its tasks
// alive, so that none can vanish.
func AllTasks(s Spawner) []AnyTask {
	sched := s.Scheduler()
	tasks := make([]AnyTask, 0, sched.count)
	for co := sched.first; co != nil; co = co.next {
		tasks = append(tasks, co.task)
	}
	return tasks
}

// Held is a [future.Role] that knows which tasks could end a wait for it.
type Held interface {
	future.Role
	Holders() []AnyTask
}

// taskOf is the task behind c, if there is one and it has not ended.
func taskOf(c *future.Core) []AnyTask {
	if r, ok := c.Role().(*taskRole); ok && !c.Done() {
		return []AnyTask{r.task}
	}
	return nil
}

// Waiting calls f for every unfinished task, in order of creation, with what it
// waits for: nil if it is scheduled. It is for reports.
func (s *Scheduler) Waiting(f func(t AnyTask, on *future.Core, quiet bool)) {
	for co := s.first; co != nil; {
		next := co.next
		f(co.task, co.waiter, co.quiet)
		co = next
	}
}
