package loop

import (
	"os"
	"os/signal"
	"time"

	"github.com/ouro-loop/ouro/internal/record"
)

// interruptPatience is how long a loop has for doing what the last interrupt that it
// is given asks of it, which is to end. If it is stuck the next one is to kill the
// process; a loop that is only busy is not to be killed by three in a row.
const interruptPatience = 250 * time.Millisecond

// interrupts are a Runner's. From its first run until its loop is closed every one is
// received, and each comes to something: it cancels a main task, ends a run or the
// cleanup, or is what the Runner's Close returns. One that comes between two runs is
// there for the next, since it waits in the inbox.
//
// It is inert as long as watch is nil: in a testing/synctest bubble, on platforms
// without signals, and where interrupts are ignored or not handled.
type interrupts struct {
	watch  *signalWatch
	run    *mainRun // nil between runs
	atOnce bool     // the next one ends the run: a handler has been in the Runner's place
	taken  int      // so many have come to something

	// With the watch's mutex, for its goroutine.
	received  int
	sinceRun  int  // of these, since a run ended
	cleanup   bool // it has begun, which only the loop's goroutine sets
	exhausted bool // the last interrupt is with the loop, which has not stirred yet
}

// keep has the interrupts of l come to i until l is closed. The caller is where l may run, so in its bubble.
func (i *interrupts) keep(l *Loop) {
	if i.watch != nil || !hasSignals || l.bubble != "" || signal.Ignored(os.Interrupt) {
		return
	}
	i.watch = l.signalWatch(os.Interrupt)
	i.watch.mu.Lock()
	i.watch.runner = i
	i.watch.mu.Unlock()
	i.watch.begin()
}

// receive posts one interrupt, with what it is meant for, and reports whether no
// further one is needed.
func (i *interrupts) receive() (last bool) {
	i.received++
	i.sinceRun++
	_ = i.watch.loop.inbox.post(interrupt{i, i.cleanup}) // closed: it is left over
	if i.exhausted || i.sinceRun < 2 && !i.cleanup {
		return false
	}
	i.exhausted = true
	return true
}

// An interrupt is one on the loop.
type interrupt struct {
	of      *interrupts
	cleanup bool // it came during the cleanup
}

func (a interrupt) Run() {
	i := a.of
	if i.cleanup && !a.cleanup {
		return // it came too late for the run, and is no reason to cut the cleanup short
	}
	i.taken++
	if i.run != nil && i.watch.loop.Debug() {
		defer i.run.logInterrupt(i.run.stands()) // after: whatever the logger does
	}
	if i.run == nil || i.atOnce || !i.run.interrupt() {
		i.watch.loop.abortWith(ErrKeyboardInterrupt)
	}
}

func (a interrupt) arrival() arrival {
	n := uint64(0)
	if a.cleanup {
		n = 1
	}
	return arrival{source: record.Interrupt, number: n}
}

// String names it, for reports.
func (a interrupt) String() string { return "the interrupt" }

func (i *interrupts) runBegins(run *mainRun) {
	i.run, i.atOnce = run, false
	i.stir(func() {})
}

func (i *interrupts) runEnded() {
	i.run = nil
	i.stir(func() { i.sinceRun = 0 })
}

func (i *interrupts) cleanupBegins() { i.stir(func() { i.cleanup = true }) }

// stir notes that the loop is not stuck, with a change: what was let go is watched again.
func (i *interrupts) stir(change func()) {
	w := i.watch
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
	if i.exhausted && !w.loop.closed.Load() && !w.loop.replays() {
		i.exhausted = false
		signal.Notify(w.arrived, w.sig)
	}
}

// left is ErrKeyboardInterrupt if one has come to nothing.
func (i *interrupts) left() error {
	if i.watch == nil {
		return nil
	}
	i.watch.mu.Lock()
	defer i.watch.mu.Unlock()
	if i.received > i.taken {
		return ErrKeyboardInterrupt
	}
	return nil
}
