package looptest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/looptest/internal/schedule"
	"github.com/ouro-loop/ouro/looptest/internal/search"
	"github.com/ouro-loop/ouro/trace"
)

// livelock is for how many iterations the clock may stand still, and recorded that of a run that is
// known to be stuck, as each takes microseconds and room.
const (
	livelock = 100_000
	recorded = 1000
)

// A run is main, run once by one schedule. It is a sched.Chooser, and a sched.Jobs.
type run struct {
	jobs
	x        *explorer
	t        T
	strategy search.Strategy
	recorder *trace.Recorder // nil if nobody looks at what happens
	tells    bool            // all that happens is recorded, to be told
	often    bool            // it is one of many that are told, for which debug mode costs too much

	loop     *loop.Loop
	choices  int               // so far
	departed schedule.Schedule // what of them was not the usual
	drift    error             // the strategy has met a choice that it did not expect
	delays   []int64           // to be used again
	choice   search.Choice     // of the loop's, as well
	tied     []sched.Entry     // the timers that it is among
	who      func(int) uint64  // which task one of those is about
	calm     bool              // the usual schedule from here on

	failure *failure // the first
	over    atomic.Bool
	left    bool // the T has been asked to end the run, or skip the test
	skipped bool
	said    bytes.Buffer
	closing []failure // reported when the loop closes: if that is because of a Goexit, what counts is that

	steps     invariants
	histories *histories // nil if nobody gives a digest
	final     uint64     // the state that main has ended in
	rand      *rand.Rand
	ctx       context.Context
	cancel    context.CancelFunc
	helpers   map[uintptr]bool
	cleanups  []func()
	next      time.Duration // the next deadline when the clock was stuck,
	waits     bool          // if there was one

	moments  *moments     // nil if nobody wants to be told
	collect  func(moment) // is told of each, nil for nobody
	injected *injection   // nil for none
	debug    bool         // the loop is to know which lines create tasks
}

func newRun(x *explorer, s search.Strategy) *run {
	r := &run{x: x, strategy: s, helpers: map[uintptr]bool{}}
	r.t = T{TB: x.tb, owner: r}
	r.jobs.run = r
	if r.injected = injectionOf(r); r.injected != nil {
		r.departed = schedule.Schedule{r.injected.what}
		r.collect = r.injected.tell
	}
	r.who = func(i int) uint64 { return uint64(taskOf(r.tied[i])) }
	return r
}

func (r *run) failed() bool { return r.failure != nil }

// fail notes why the run fails. The first reason counts.
func (r *run) fail(f failure) {
	if r.failure == nil {
		r.failure = &f
	}
}

// tell is fail with a text that nobody has been told yet.
func (r *run) tell(f failure) {
	if f.kind != "test" {
		fmt.Fprintf(&r.said, "%s\n", f.text)
	}
	r.fail(f)
}

// execute is the whole run. It must be called on a goroutine that the run may end.
func (r *run) execute() {
	returned := false
	defer func() {
		switch v := recover(); {
		case v != nil:
			r.tell(failure{"panic", fmt.Sprintf("panic: %v\n\n%s", v, debug.Stack())})
		case !returned && !r.left:
			r.tellGoexit()
		}
		r.cleanUp()
		err := r.strategy.End(r.choices, r.final)
		if r.injected != nil {
			err = cmp.Or(r.injected.error(), err)
		}
		if err != nil && r.drift == nil && !r.failed() {
			r.drift = err
		}
	}()
	runner := loop.NewRunner(r.loopOptions()...)
	r.loop = runner.Loop()
	if r.x.record == nil {
		r.scheduler().Chooser = r
	}
	if r.x.options.spin {
		r.scheduler().Loop().(interface{ SetSpin(iterations int) }).SetSpin(spins)
	}
	r.scheduler().SetHostile(r.x.options.hostile)
	if r.steps.disturb != nil {
		r.watchSteps()
	}
	if r.collect != nil {
		r.moments = newMoments(r.scheduler(), r.collect)
		r.scheduler().SetEnder(r.stepEnded)
		r.watchSteps()
	}
	_, err := loop.RunIn(runner, coro.Do(func(co *coro.Co) error { return r.x.main(&r.t, co) }))
	r.moments = nil
	r.endContext()
	r.steps.end(r)
	r.final = r.state(true)
	closing := runner.Close()
	for _, f := range r.closing {
		r.tell(f)
	}
	r.judge(err)
	r.judge(closing)
	r.judgeLeaks(r.jobs.left())
	returned = true
}

func (r *run) tellGoexit() {
	r.tell(failure{"goexit", "the run was ended by a runtime.Goexit: " +
		"use the t that main is given, and not that of the test, nor one of another run"})
}

func (r *run) scheduler() *sched.Scheduler { return (*sched.Scheduler)(r.loop.Scheduler()) }

func (r *run) loopOptions() []loop.Option {
	opts := []loop.Option{
		loop.ReportLeaks(true),
		loop.Workers(r.x.workers),
		loop.OnException(r.reported),
		loop.Logger(slog.New((*runLogger)(r))),
	}
	if r.x.record != nil {
		opts = append(opts, loop.ReplayFrom(bytes.NewReader(r.x.record)))
	} else {
		opts = append(opts,
			loop.Hermetic(true),
			loop.Seed(r.x.options.seed),
			loop.Interrupts(false),
			loop.StuckAfter(r.x.stuckAfter))
	}
	if r.x.bubble != nil {
		opts = append(opts, keepTime())
	}
	if r.recorder != nil {
		opts = append(opts, loop.Record(r.recorder))
	}
	if r.tells {
		opts = append(opts, loop.Debug(!r.often))
	}
	if r.debug {
		opts = append(opts, loop.Debug(true))
	}
	opts = append(opts, r.x.options.loop...)
	if r.x.record == nil {
		opts = append(opts, loop.VirtualTime(true))
	}
	return opts
}

// reported is the exception handler.
func (r *run) reported(_ *loop.Loop, c future.ErrorContext) {
	var deadlock *loop.DeadlockError
	var stuck *loop.StuckError
	if errors.As(c.Err, &deadlock) || errors.As(c.Err, &stuck) {
		r.next, r.waits = r.nextDeadline()
		return // Run returns it
	}
	text := c.Message
	if c.Err != nil {
		text += ": " + c.Err.Error()
	}
	r.report(text)
}

// report takes what the exception handler was told.
func (r *run) report(text string) {
	f := failure{"report", "reported to the exception handler: " + text}
	if r.scheduler().TearsDown() {
		r.closing = append(r.closing, f)
		return
	}
	r.tell(f)
}

// judge looks at what the run, or its end, has returned.
func (r *run) judge(err error) {
	if err == nil || r.failed() && r.failure.isCause() {
		return
	}
	if leaks := loop.Leaks(err); leaks != nil {
		r.judgeLeaks(leaks)
		return
	}
	f := failureOf(err)
	if f.kind == "error" && r.injected != nil {
		return // it is a consequence
	}
	if f.kind == "livelock" && r.waits {
		f.text += fmt.Sprintf("\nThe next timer is due at %v. If this polls for what it brings, use the option Spin: "+
			"then time passes while it does.", r.next)
	}
	r.tell(f)
}

// judgeLeaks looks at what was left. It may be that because the run has failed.
func (r *run) judgeLeaks(leaks []loop.Leak) {
	if r.failed() {
		return
	}
	leaks = r.x.options.unmeant(leaks)
	if len(leaks) == 0 {
		return
	}
	text := "left behind when main had ended:"
	for _, leak := range leaks {
		text += "\n  " + leak.Text
	}
	r.tell(failure{"leak", text})
}

func (r *run) context() context.Context {
	if r.ctx == nil {
		r.ctx, r.cancel = context.WithCancel(r.t.TB.Context())
	}
	return r.ctx
}

func (r *run) endContext() {
	if r.cancel != nil {
		r.cancel()
	}
}

// cleanUp calls what Cleanup was given, also if one of the functions panics or leaves.
func (r *run) cleanUp() {
	r.endContext()
	for n := len(r.cleanups); n > 0; n = len(r.cleanups) {
		f := r.cleanups[n-1]
		r.cleanups = r.cleanups[:n-1]
		returned := false
		func() {
			defer func() {
				if v := recover(); v != nil {
					r.tell(failure{"panic", fmt.Sprintf("panic in a function of Cleanup: %v\n\n%s", v, debug.Stack())})
					returned = true
				}
				if !returned {
					if !r.left {
						r.tellGoexit()
					}
					r.cleanUp() // and the Goexit goes on
				}
			}()
			f()
			returned = true
		}()
	}
}
