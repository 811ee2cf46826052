package loop

import (
	"fmt"
	"log/slog"
	"reflect"
	"runtime"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/goroutine"
	"github.com/ouro-loop/ouro/internal/record"
	"github.com/ouro-loop/ouro/internal/sched"
)

// ErrWrongGoroutine tells of a call from a goroutine that is not the loop's. In debug
// mode everything that schedules, watches, creates a task or awaits panics with it, and the
// exception handler is told of the rest, such as a SetResult. Without debug mode such a
// call may go unnoticed, and break the loop.
var ErrWrongGoroutine = sched.ErrWrongGoroutine

// SetDebug turns debug mode on or off, see the option [Debug].
//
// Semantics: asyncio.loop.set_debug.
func (l *Loop) SetDebug(on bool) {
	l.sched.Debug = on
	l.sched.Holders = on || l.sched.Leaks
	l.submitted.debug.Store(on)
	l.setWatchful()
	l.setAround()
}

// setAround has the scheduler run entries in the way that is needed.
func (l *Loop) setAround() {
	switch {
	case l.steps.limited():
		l.sched.SetAround(l.runLimited)
	case l.replays():
		l.sched.SetAround(l.runReplayed)
	case l.progress.ran != nil, l.sched.Debug, l.regions.on:
		l.sched.SetAround(l.runLooked)
	default:
		l.sched.SetAround(nil)
	}
}

// runLooked runs an entry with an eye on it.
func (l *Loop) runLooked(entry sched.Entry) {
	if l.progress.ran != nil {
		l.progress.ran[l.named(entry)]++
	}
	if l.regions.on {
		defer l.regions.begin(l, entry)()
	}
	if l.sched.Debug {
		l.runTimed(entry)
	} else {
		entry.Run()
	}
}

// Debug reports whether the loop is in debug mode.
func (l *Loop) Debug() bool { return l.sched.Debug }

// CheckGoroutine panics, in debug mode, if the caller is not on the loop's goroutine.
func (w *wired) CheckGoroutine() {
	if l := w.loop(); l.sched.Debug && l.calledFromElsewhere() {
		panic(ErrWrongGoroutine)
	}
}

// runTimed runs an entry and logs it if it took too long, also one that panics.
func (l *Loop) runTimed(entry sched.Entry) {
	what := l.subject(entry) // before: a call forgets its function
	start := time.Now()
	defer func() {
		if took := time.Since(start); took >= l.slowCallback {
			l.logSlow(what, took)
		}
	}()
	entry.Run()
}

func (l *Loop) logSlow(what subject, took time.Duration) {
	defer l.loggerPanicked("a slow callback")
	var attrs []any
	if what.site != "" {
		attrs = append(attrs, slog.String("scheduled_at", what.site))
	}
	l.log().Warn(fmt.Sprintf("Executing %v took %.3f seconds", what, took.Seconds()), attrs...)
}

// loggerPanicked recovers, deferred, from a panic of the logger's, told of what. It must
// neither hide one of an entry's, nor end a run, or the process.
func (l *Loop) loggerPanicked(what string) {
	if v := recover(); v != nil {
		l.callDefaultHandler(future.ErrorContext{
			Message: "panic in the logger, told of " + what,
			Err:     future.NewPanicError(v),
		}, "Exception in default exception handler")
	}
}

// A subject is what an entry of the ready queue is about: the program's function, or
// something with a String.
type subject struct {
	entry    sched.Entry
	callback bool
	fn       func() // of a callback; nil if it was canceled
	site     string // where the callback was scheduled, in debug mode
}

func (l *Loop) subject(e sched.Entry) subject {
	switch r := e.(type) {
	case *call:
		return subject{callback: true, fn: r.fn, site: r.scheduledAt()}
	case *timedCall:
		return subject{callback: true, fn: r.fn, site: r.scheduledAt()}
	case *posted:
		return subject{callback: true, fn: r.fn}
	case *standingCall:
		return subject{callback: true, fn: r.fn, site: r.scheduledAt()}
	case *signalWatch:
		if h := r.handler; h != nil {
			return subject{callback: true, fn: h.fn, site: h.scheduledAt()}
		}
	}
	return subject{entry: e}
}

// function is the name of the callback, "" if it is none.
func (s subject) function() string {
	if s.fn == nil {
		return ""
	}
	return frames.FunctionOf(s.fn, nil).String()
}

func (s subject) String() string {
	switch e := s.entry.(type) {
	case nil:
		switch {
		case s.fn != nil:
			return s.function() + "()"
		case s.callback:
			return "a canceled callback"
		}
		return "nothing"
	case *sched.Coroutine:
		return fmt.Sprint(e.Body())
	case fmt.Stringer:
		return e.String()
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", s.entry), "*")
}

// String is what a report calls the first step of an eager task.
func (s *submission[T]) String() string {
	return frames.FunctionOf(s.fn, nil).String() + "()"
}

// calledFromElsewhere reports whether the caller is certainly not on the loop's
// goroutine: an ordinary one is not, and one of another loop neither.
func (l *Loop) calledFromElsewhere() bool {
	if !l.IsRunning() {
		return false
	}
	switch where() {
	case elsewhere:
		return true
	case insideLoop:
		me := goroutine.Name()
		return me != l.goroutine && !l.sched.RunsOn(me)
	}
	return false
}

// reportWrongGoroutine mends what a call from a wrong goroutine would have broken,
// by taking the way that is meant for others, and tells of it. A panic would be
// better heard, but come in the middle of a change.
func (l *Loop) reportWrongGoroutine(e sched.Entry) {
	site := frames.CallSite()
	_, _ = l.post(record.Unknown, func() {
		l.CallExceptionHandler(future.ErrorContext{
			Message: "call from a wrong goroutine",
			Err:     ErrWrongGoroutine,
			Source:  site,
		})
	})
	_ = l.inbox.post(e) // closed in the meantime: it would have been dropped
}

// A place is what a goroutine is to event loops.
type place int

const (
	elsewhere  place = iota // an ordinary goroutine
	insideLoop              // a loop's goroutine, a coroutine's, or one on which the program is asked what a role is
	insidePull              // inside an iter.Pull: whose, cannot be told
)

// where finds out from the caller's stack. That takes half a microsecond, and is only
// done by Run and in debug mode.
func where() place {
	inside := false
	var last, before uintptr // of the outermost frames
	eachCaller(func(pc uintptr) (goOn bool) {
		last, before = pc, last
		entry := runtime.FuncForPC(pc - 1).Entry()
		inside = entry == loopEntry || entry == askRolesEntry || sched.IsWorker(entry)
		return !inside
	})
	switch {
	case inside:
		return insideLoop
	// Every coroutine begins with corostart, on top of goexit.
	case before != 0 && runtime.FuncForPC(before-1).Name() == "runtime.corostart":
		return insidePull
	}
	return elsewhere
}

// eachCaller calls f for those who have called its caller, from the inside out.
func eachCaller(f func(pc uintptr) (goOn bool)) {
	var pcs [64]uintptr
	for skip := 3; ; skip += len(pcs) {
		n := runtime.Callers(skip, pcs[:])
		for _, pc := range pcs[:n] {
			if !f(pc) {
				return
			}
		}
		if n < len(pcs) {
			return
		}
	}
}

// insideRunningLoop reports whether the caller is called by a loop, also through the
// iterators of iter.Pull.
func insideRunningLoop() bool {
	switch where() {
	case insideLoop:
		return true
	case insidePull:
		loop := reflect.TypeFor[Loop]().PkgPath()
		sched := reflect.TypeFor[sched.Scheduler]().PkgPath()
		return frames.PulledFrom(sched+".(*worker).run.func1", sched+".(*Generator).run.func1", loop+".(*Loop).runIterations")
	}
	return false
}

// loopEntry is that of the function on the stack of everything that runs on a loop.
var loopEntry = reflect.ValueOf((*Loop).runIterations).Pointer()
