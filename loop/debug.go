package loop

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/goroutine"
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
	if on {
		l.sched.SetAround(l.runTimed)
	} else {
		l.sched.SetAround(nil)
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

// runTimed runs an entry and logs it if it took too long.
func (l *Loop) runTimed(entry sched.Entry) {
	what := describe(entry) // before: a call forgets its function
	start := time.Now()
	entry.Run()
	if took := time.Since(start); took >= l.slowCallback {
		l.log().Warn(fmt.Sprintf("Executing %s took %.3f seconds", what, took.Seconds()))
	}
}

// describe names an entry of the ready queue.
func describe(r sched.Entry) string {
	switch r := r.(type) {
	case nil:
		return "nothing"
	case *call:
		return functionName(r.fn)
	case *posted:
		return functionName(r.fn)
	case *sched.Coroutine:
		return fmt.Sprint(r.Body())
	case fmt.Stringer:
		return r.String()
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", r), "*")
}

func functionName(fn func()) string {
	if fn == nil {
		return "a canceled callback"
	}
	return runtime.FuncForPC(reflect.ValueOf(fn).Pointer()).Name() + "()"
}

// callSite is the line outside of this module from which something is scheduled.
func callSite() string {
	var pcs [16]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		f, more := frames.Next()
		inside := isCore(f.Function) && !strings.HasSuffix(f.File, "_test.go")
		if !inside || !more {
			return fmt.Sprintf("%s:%d", f.File, f.Line)
		}
	}
}

var modulePath = strings.TrimSuffix(reflect.TypeFor[Loop]().PkgPath(), "loop")

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
	site := callSite()
	_, _ = l.CallSoonThreadsafe(func() {
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
	insideLoop              // a loop's goroutine, or a coroutine's
	insidePull              // inside an iter.Pull: whose, cannot be told
)

// where finds out from the caller's stack. That takes half a microsecond, and is only
// done by Run and in debug mode.
func where() place {
	var pcs [64]uintptr
	var last, before uintptr // of the outermost frames
	for skip := 2; ; skip += len(pcs) {
		n := runtime.Callers(skip, pcs[:])
		for _, pc := range pcs[:n] {
			entry := runtime.FuncForPC(pc - 1).Entry()
			if entry == loopEntry || sched.IsWorker(entry) {
				return insideLoop
			}
			last, before = pc, last
		}
		if n < len(pcs) {
			break
		}
	}
	// Every coroutine begins with corostart, on top of goexit.
	if before != 0 && runtime.FuncForPC(before-1).Name() == "runtime.corostart" {
		return insidePull
	}
	return elsewhere
}

// loopEntry is that of the function on the stack of everything that runs on a loop.
var loopEntry = reflect.ValueOf((*Loop).runIterations).Pointer()

// isCore reports whether a function is of the packages a program is built on.
func isCore(function string) bool {
	rest, ok := strings.CutPrefix(function, modulePath)
	pkg, _, _ := strings.Cut(rest, ".")
	switch pkg {
	case "loop", "coro", "future", "locks", "queues", "internal/sched":
		return ok
	}
	return false
}
