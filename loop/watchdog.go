package loop

import (
	"fmt"
	"maps"
	"reflect"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/goroutine"
	"github.com/ouro-loop/ouro/internal/sched"
)

// minWatch is the least that a watchdog can be asked for: it looks four times as often.
const minWatch = time.Millisecond

// Watch has a watchdog call report when a callback, or a step of a task, has kept the loop for
// d or longer: twice, while it blocks and when it is over. With a nil report, the loop's
// logger is told, at level WARN. It needs no debug mode, and costs little enough to be left
// on in production.
//
// A stall is never reported before it has lasted d, by the computer's clock, also if that of
// the loop is virtual. It is found before it has lasted 1.5 d, unless the machine has no time
// for the watchdog; the first report comes when the stack is found too, which takes some
// milliseconds with a thousand goroutines. A loop that waits, that does not run, or that runs
// many short entries, is not stalled. What keeps the loop between two entries counts, as an
// exception handler.
//
// Both reports are called on the watchdog's own goroutine: the loop's is blocked. So report
// must not use what belongs to the loop, nor wait for it. A panic in report is logged, and
// the watchdog goes on. A recorder's [trace.OnTrouble] is called, on the loop's goroutine, when
// a stall is over.
//
// stop ends the watchdog, and returns when no report is at work any more, unless a report
// calls it, its own or another watchdog's: they might wait for each other. A stall that lasts
// then gets its second report. It is safe for concurrent use, and can be called again. The
// loop's Close does the same.
//
// A loop may have several watchdogs, each with a d of its own. Tasks that were suspended
// before there was one are found, too, but if many loops run side by side perhaps not
// with their stacks. Inside a testing/synctest bubble a watchdog goes by the bubble's time,
// which passes during a time.Sleep or a wait for a channel, and not while something computes.
// Under WebAssembly, which has one thread, a computation is not noticed.
//
// Like other methods of the loop it is called on the loop's goroutine, or by its owner while
// it does not run. It panics with ErrClosed if the loop is closed.
//
// Semantics: asyncio's debug mode with loop.slow_callback_duration, which tells once it is
// over.
func Watch(l *Loop, d time.Duration, report func(Stall)) (stop func()) {
	checkWatch("Watch", d)
	l.mustBeMade()
	(*wired)(l).CheckGoroutine()
	switch {
	case l.closed.Load():
		panic(ErrClosed)
	case goroutine.Bubble() != l.bubble:
		panic("loop: Watch outside of the testing/synctest bubble that the loop was made in, or inside of another one; call it where the loop is made")
	}
	return l.startWatchdog(d, report)
}

// Watchdog has a watchdog look after the loop, as [Watch] does, until it is closed.
func Watchdog(d time.Duration, report func(Stall)) Option {
	checkWatch("Watchdog", d)
	return func(o *options) { o.watchdogs = append(o.watchdogs, watchOptions{d, report}) }
}

type watchOptions struct {
	d      time.Duration
	report func(Stall)
}

func checkWatch(function string, d time.Duration) {
	if d < minWatch {
		panic(fmt.Sprintf("loop: %s with %v; a watchdog needs a millisecond or more", function, d))
	}
}

func (l *Loop) startWatchdog(d time.Duration, report func(Stall)) (stop func()) {
	if report == nil {
		report = l.logStall
	}
	running := ""
	if l.isRunning.Load() {
		running = l.goroutine
	}
	w := &watchdog{
		loop:   l,
		probe:  l.sched.AddProbe(running),
		sentry: sentry{limit: d},
		report: report,
		quit:   make(chan struct{}),
		ended:  make(chan struct{}),
	}
	l.watchdogs.add(w)
	go w.run()
	return w.stop
}

// A watchdog is a goroutine that looks whether the loop goes on.
type watchdog struct {
	loop   *Loop
	probe  *sched.Probe
	sentry sentry
	stall  Stall // the last one
	report func(Stall)

	once  sync.Once
	quit  chan struct{}
	ended chan struct{}
}

// looks is how often a watchdog looks within the time that it allows.
const looks = 4

// dozeAfter is for how many looks in a row a loop rests before a watchdog goes to sleep. An
// idle loop then costs nothing, and in a testing/synctest bubble time can come to an end.
const dozeAfter = 2 * looks

func (w *watchdog) run() {
	returned := false
	defer func() {
		if !returned { // report has called Goexit
			go w.run()
		}
	}()
	w.watch()
	returned = true
	w.loop.watchdogs.remove(w) // only now: Close waits for those that it finds
	close(w.ended)
}

func (w *watchdog) watch() {
	ticker := time.NewTicker(w.sentry.limit / looks)
	defer ticker.Stop()
	if !w.sentry.asking {
		w.ask()
	}
	for rested := 0; ; {
		select {
		case <-w.quit:
			w.end()
			return
		case <-ticker.C:
		}
		if w.look(); !w.probe.Rests() {
			rested = 0
		} else if rested++; rested > dozeAfter {
			rested = 0
			ticker.Stop()
			w.doze()
			ticker.Reset(w.sentry.limit / looks)
		}
	}
}

// doze sleeps until the loop no longer rests, or the watchdog is stopped.
func (w *watchdog) doze() {
	if woken := w.probe.Sleep(); woken != nil {
		select {
		case <-woken:
		case <-w.quit:
		}
	}
	w.ask()
}

// ask asks the loop anew. The time is looked at afterwards: what is measured is less than
// what has passed.
func (w *watchdog) ask() {
	w.probe.Ask()
	w.sentry.asked(time.Now())
}

// look looks once.
func (w *watchdog) look() {
	rests := w.probe.Rests()
	at, answered := w.probe.Answered()
	switch {
	case answered:
		if w.sentry.answered() {
			w.tellEnd(at)
		}
		w.ask()
	case rests:
		w.ask()
	case w.sentry.late(time.Now()):
		w.tellBegin()
	}
}

// end is the last look.
func (w *watchdog) end() {
	at, answered := w.probe.Answered()
	if !answered {
		at = time.Now()
	}
	if w.sentry.answered() {
		w.tellEnd(at)
	}
}

func (w *watchdog) tellBegin() {
	w.stall = w.findStall()
	if _, over := w.probe.Answered(); over {
		w.stall = Stall{} // what was found may be something else
	}
	w.stall.Duration = time.Since(w.sentry.since)
	w.tell(w.stall)
}

func (w *watchdog) tellEnd(at time.Time) {
	w.stall.Over = true
	w.stall.Duration = at.Sub(w.sentry.since)
	w.tell(w.stall)
	w.loop.tellStall(w.stall)
}

// tell calls report, and survives its panic.
func (w *watchdog) tell(s Stall) {
	defer func() {
		if v := recover(); v != nil {
			w.loop.callDefaultHandler(future.ErrorContext{
				Message: "panic in what a watchdog reports to",
				Err:     future.NewPanicError(v),
			}, "Exception in default exception handler")
		}
	}()
	w.report(s)
}

func (w *watchdog) stop() {
	w.once.Do(func() {
		w.probe.Remove()
		close(w.quit)
	})
	if !insideReport() {
		<-w.ended
	}
}

// insideReport reports whether the caller is what a watchdog reports to, of whatever loop.
func insideReport() (inside bool) {
	eachCaller(func(pc uintptr) (goOn bool) {
		inside = runtime.FuncForPC(pc-1).Entry() == watchdogEntry
		return !inside
	})
	return inside
}

// watchdogEntry is that of the function on the stack of every report.
var watchdogEntry = reflect.ValueOf((*watchdog).watch).Pointer()

// A sentry decides what is a stall, from what it is told and the time.
type sentry struct {
	limit   time.Duration
	asking  bool
	stalled bool
	since   time.Time // when the loop was asked
	seen    int       // how often it has not answered since
}

// asked is told that the loop was asked, before now.
func (s *sentry) asked(now time.Time) { s.asking, s.since, s.seen = true, now, 0 }

// late reports whether a stall is to be reported of a loop that has not answered at now. If
// the process was not given the processor for a while, as one that is stopped or throttled,
// that is no stall: the loop had none either. So it takes as many looks as fit into the limit.
func (s *sentry) late(now time.Time) bool {
	s.seen++
	if s.stalled || s.seen < looks || now.Sub(s.since) < s.limit {
		return false
	}
	s.stalled = true
	return true
}

// answered is told that the loop has answered, and reports whether that is the end of a stall.
func (s *sentry) answered() (over bool) {
	over, s.stalled = s.stalled, false
	return over
}

// watchdogs are those of a loop.
type watchdogs struct {
	mu  sync.Mutex
	all map[*watchdog]bool
}

func (ws *watchdogs) add(w *watchdog) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if ws.all == nil {
		ws.all = make(map[*watchdog]bool)
	}
	ws.all[w] = true
}

func (ws *watchdogs) remove(w *watchdog) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	delete(ws.all, w)
}

// stop ends all of them.
func (ws *watchdogs) stop() {
	ws.mu.Lock()
	all := slices.Collect(maps.Keys(ws.all)) // in a report they end later
	ws.mu.Unlock()
	for _, w := range all {
		w.stop()
	}
}
