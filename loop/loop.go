package loop

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/events"
	"github.com/ouro-loop/ouro/internal/goroutine"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/internal/unretrieved"
	"github.com/ouro-loop/ouro/timers"
)

// Loop is an event loop. While it runs, the goroutine that called RunForever or
// RunUntilComplete is the loop's goroutine; all methods must be called there, or
// by the one who owns the loop while it does not run, except for those that say
// they are safe for concurrent use.
//
// Semantics: asyncio.BaseEventLoop, CPython 3.15.
type Loop struct {
	sched    sched.Scheduler // the ready queue, and who runs what is in it
	timers   timers.Queue
	clock    clock
	progress progress
	turns    turns
	inbox    inbox

	tape *tape // nil unless it is recorded or replayed

	goroutine string        // that the loop runs on
	bubble    string        // the testing/synctest bubble that it was made in
	abort     error         // ends the run before the next entry
	resting   *guest        // what steps the loop, while it waits for something to do
	stays     atomic.Uint64 // the key of the goroutine that steps it, see Stay
	steps     *steps        // what the run is for, nil for RunForever
	watchful  bool          // what is scheduled has to be looked at: debug mode, a recorder, a replay, or a guest is resting
	midway    bool          // the last run ended in the middle of an iteration
	runsMain  bool          // of a Run or a Runner
	looking   bool          // somebody makes a view
	found     error         // a deadlock or that the clock is stuck: what the last run ended with

	isRunning atomic.Bool
	stopping  atomic.Uint32 // why the run ends after this iteration: stopAsked, stopStep
	closed    atomic.Bool
	closing   closing
	outside   outside

	handler          ExceptionHandler
	logger           *slog.Logger
	slowCallback     time.Duration
	unretrieved      unretrieved.List
	left             *leftovers      // nil unless leaks are reported
	ctx              context.Context // the parent of every task's
	eagerTasks       bool
	hermetic         bool
	ownPoller        bool // see OwnPoller
	executorShutdown bool
	ioBudget         int32 // see IOBudget

	freeCalls *call // to be used again; linked by next
	alarm     *time.Timer

	defaultExecutor executor.Executor
	submitted       submissions
	questions       questions
	descriptors     *descriptors // nil until the first is watched
	helpers         *helpers     // nil until the first connection that goroutines wait for
	choices
	chance    chance
	signals   signals
	regions   regions
	watchdogs watchdogs
	troubled  atomic.Bool // there is a recorder that wants to be told of trouble
}

// New makes a loop. Whoever makes one has to Close it; Run and a Runner do both.
//
// Semantics: asyncio.new_event_loop, CPython 3.15.
func New(opts ...Option) *Loop { return newLoop(newOptions(opts)) }

func newLoop(o options) *Loop {
	l := &Loop{
		handler:      o.handler,
		logger:       o.logger,
		slowCallback: o.slowCallback,
		ctx:          o.ctx,
		eagerTasks:   o.eager,
		hermetic:     o.hermetic,
		ioBudget:     int32(o.ioBudget),
		ownPoller:    o.ownPoller,
	}
	l.clock = newClock(o)
	l.chance = newChance(o)
	if o.virtual || o.leaks {
		l.outside.errands = new(errands)
	}
	l.progress = newProgress(o)
	l.inbox.init()
	l.tape = newTape(l, o)
	l.closing.ended = make(chan struct{})
	l.bubble = goroutine.Bubble()
	l.sched.Init((*wired)(l), o.maxIdle)
	if o.workers != nil && l.bubble == "" {
		l.sched.Borrow((*sched.Workers)(o.workers))
	}
	l.regions.on = o.regions
	if o.leaks {
		l.sched.Leaks = true
		l.left = new(leftovers)
	}
	l.SetDebug(o.debug)
	l.setRecorder((*events.Recorder)(o.recorder))
	for _, w := range o.watchdogs {
		l.startWatchdog(w.d, w.report)
	}
	return l
}

// RunForever runs the loop until Stop is called. The error is that which ended it
// otherwise: ErrRunning, ErrClosed and ErrThread if it could not even begin, a
// *DeadlockError, or what a task returned that ends the program,
// ErrKeyboardInterrupt or *future.SystemExit. The loop can be run again after all
// of them but ErrClosed.
//
// A runtime.Goexit in a coroutine or callback, as of testing.T.FailNow, ends the
// goroutine that called RunForever, and closes the loop on the way.
//
// Semantics: asyncio.loop.run_forever, CPython 3.15.
func (l *Loop) RunForever() error {
	me, err := l.mayRun()
	if err != nil {
		return err
	}
	return l.run(me)
}

// run is RunForever where the loop may run, on the calling goroutine, me.
func (l *Loop) run(me goroutine.ID) error { return l.runSteps(nil, me) }

// runSteps is run for a purpose that ends it, see steps. The error is also ErrStopped then.
func (l *Loop) runSteps(s *steps, me goroutine.ID) (err error) {
	if !l.isRunning.CompareAndSwap(false, true) {
		return errAlreadyRunning // somebody else was faster
	}
	l.goroutine = me.Name
	leave, err := l.sched.EnterLoop(me)
	if err != nil {
		l.isRunning.Store(false)
		return err
	}
	l.found = nil
	l.sched.BeginRun(l.goroutine)
	l.beginSteps(s)
	returned := false
	defer func() {
		leave()
		stopped := l.end(err)
		switch {
		case !returned:
			l.closeLost()
		case err == nil && stopped && s != nil:
			err = ErrStopped
		}
	}()
	resumed := l.midway
	for l.midway = false; !l.runIterations(resumed); {
		resumed = true
	}
	returned = true
	l.answerAll() // what came too late for an iteration
	return l.aborted()
}

// mayRun is why the loop cannot run here and now, nil if it can, and then the calling
// goroutine: to find out which that is takes microseconds.
func (l *Loop) mayRun() (me goroutine.ID, err error) {
	l.mustBeMade()
	switch {
	case l.closed.Load():
		return me, ErrClosed
	case l.isRunning.Load():
		return me, errAlreadyRunning
	case l.tape != nil && l.tape.err != nil:
		return me, l.tape.err
	}
	me = goroutine.Self()
	switch {
	case l.stayed():
	case me.Bubble != l.bubble:
		return me, errOtherBubble
	case insideRunningLoop():
		return me, errAnotherRunning
	}
	return me, nil
}

// end is the end of a run, with err. It reports whether a Stop has ended it, which takes the
// whole iteration.
func (l *Loop) end(err error) (stopped bool) {
	l.sched.Reset()
	l.sched.Rest()
	l.endSteps(err)
	if l.progress.after > 0 && l.Idle() {
		l.moved() // the application may have it move now
	}
	if l.midway {
		l.stopping.And(stopAsked)
	} else {
		stopped = l.stopping.Swap(0)&stopAsked != 0
	}
	l.isRunning.Store(false)
	if stopped && l.tape != nil {
		l.tape.stopped()
	}
	l.runEnded()
	return stopped
}

// RunUntilComplete runs the loop until aw is done, and returns its outcome. A Func
// becomes a task. The error ErrStopped says that the loop was stopped before;
// those of RunForever are returned too.
//
// Semantics: asyncio.loop.run_until_complete, CPython 3.15.
func RunUntilComplete[T any](l *Loop, aw coro.Awaitable[T]) (T, error) {
	me, err := l.mayRun()
	if err != nil {
		var zero T
		return zero, err
	}
	return runUntilComplete(l, aw, me)
}

// runUntilComplete is RunUntilComplete where the loop may run.
func runUntilComplete[T any](l *Loop, aw coro.Awaitable[T], me goroutine.ID) (T, error) {
	var zero T
	if f, ok := aw.(future.Any); ok && !isNil(f) && f.Core().Scheduler() != l.Scheduler() {
		return zero, coro.ErrOtherLoop
	}
	f := coro.EnsureFuture(l, aw, coro.Quiet())
	s := l.stopWhenDone(f)
	if err := s.ended(l.run(me)); err != nil {
		if _, isFunc := aw.(coro.Func[T]); isFunc {
			f.Core().Retrieve() // the caller cannot get at it
		}
		return zero, err
	}
	return f.Result()
}

// A stopper ends a run when a future is done.
type stopper struct {
	link future.Link
	loop *Loop
	core *future.Core
	ran  bool // the future is done, and the loop was told
	over bool // the run has ended, and the next one is not to be
}

func (l *Loop) stopWhenDone(f future.Any) *stopper {
	s := &stopper{loop: l, core: f.Core()}
	s.core.Attach(s.link.Init(s))
	return s
}

func (s *stopper) Run() {
	s.ran = true
	if !s.core.Canceled() && future.IsBase(s.core.Err()) || s.over {
		return // that has ended the run already
	}
	s.loop.stopping.Or(stopAsked)
}

// ended is why the run, which returned err, has ended before the future was done, nil if
// it has not.
func (s *stopper) ended(err error) error {
	s.link.Detach()
	s.over = true // it may be ready, when something else has ended the run
	if err == nil && !s.core.Done() {
		return ErrStopped
	}
	return err
}

// Stop ends RunForever after the present iteration, or after the next one if the
// loop does not run. It is safe for concurrent use. A [Loop.Step] and its like end so too,
// with ErrStopped.
//
// Semantics: asyncio.loop.stop, CPython 3.15.
func (l *Loop) Stop() {
	if l.replays() && l.calledFromElsewhere() {
		return // when that comes is in the record
	}
	l.stopping.Or(stopAsked)
	l.inbox.rouse()
}

// abortWith ends the run as soon as what runs now returns; RunForever returns err.
// What is ready stays ready. ErrKeyboardInterrupt and SystemExit end a run in this way.
func (l *Loop) abortWith(err error) {
	if l.abort == nil {
		l.abort = err
		l.sched.Halt(true)
	}
}

// aborted is what the run was ended with, nil if it was not, and forgets it.
func (l *Loop) aborted() error {
	err := l.abort
	l.abort = nil
	l.sched.Halt(false)
	return err
}

// IsRunning reports whether the loop runs. It is safe for concurrent use.
func (l *Loop) IsRunning() bool { return l.isRunning.Load() }

// IsClosed reports whether the loop was closed. It is safe for concurrent use.
func (l *Loop) IsClosed() bool { return l.closed.Load() }

// Scheduler makes a Loop a [coro.Spawner] and a [future.OnLoop].
func (l *Loop) Scheduler() *future.Scheduler {
	if l == nil {
		return nil // which is refused with a word
	}
	return (*future.Scheduler)(&l.sched)
}

// Vars is the context that the code running now is in. It makes a Loop a
// [coro.Scope].
func (l *Loop) Vars() *coro.Vars { return (*coro.Vars)(l.sched.Vars()) }

// CreateFuture makes a pending future of the loop.
//
// Semantics: asyncio.loop.create_future.
func CreateFuture[T any](l *Loop) *future.Future[T] {
	l.mustBeMade()
	return future.New[T](l)
}

// attentive reports whether there is anything to look at before an entry is put into the
// ready queue: the loop is watchful, something was posted, or the loop is closed, as its
// inbox is then.
func (l *Loop) attentive() bool { return l.watchful || l.inbox.any() }

func (l *Loop) setWatchful() {
	l.watchful = l.sched.Debug || l.replays() || l.resting != nil || l.sched.Events != nil || l.arrive
}

// push puts an entry into the ready queue.
func (l *Loop) push(e sched.Entry) {
	if l.arrive {
		l.sched.Jobs().Arrive()
	}
	if l.inbox.any() {
		l.takeInbox() // what was posted before this call comes before it
	}
	l.sched.Push(e)
	if l.sched.Events != nil {
		l.tellPush(e, events.ByCode, 0)
	}
}

// mayCall panics where CallSoon and its kin may not be called.
func (l *Loop) mayCall() {
	if l == nil || l.watchful || l.closed.Load() {
		l.mayNotCall()
	}
}

func (l *Loop) mayNotCall() {
	l.mustBeMade()
	(*wired)(l).CheckGoroutine()
	if l.closed.Load() {
		panic(ErrClosed)
	}
	l.endRest()
}
