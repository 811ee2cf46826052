package loop

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/frames"
)

// outside is the work that is out: what is done for the loop elsewhere. A virtual clock
// does not jump meanwhile, and nothing is a deadlock.
type outside struct {
	n    int              // the loop's own errands: functions on threads and goroutines, receivers, wrapped futures, connections
	by   [ofProgram]int32 // those of each kind
	held atomic.Int32     // those of Hold, by any goroutine

	*errands // what a virtual clock waits for, or could be a leak; else nil
}

type errands struct {
	mu   sync.Mutex
	list []*errand
	free []*errand // to be used again
}

// An errand is one piece of work that is out.
type errand struct {
	kind errandKind
	site frames.Site  // where the program sent it out
	of   *future.Core // of its outcome, if that is a future
	at   int          // in the list
}

// An errandKind is what kind of work an errand is.
type errandKind uint8

const (
	onThread errandKind = iota
	onGoroutine
	onChannel
	onFuture
	onConnection // that goroutines wait for
	ofProgram    // of Hold
)

func (k errandKind) String() string {
	return [...]string{onThread: "thread", onGoroutine: "goroutine", onChannel: "channel", onFuture: "future", onConnection: "connection", ofProgram: "hold"}[k]
}

// untold stand for every errand of their kind of a loop whose clock waits for none, and that reports
// no leaks.
var untold = [...]errand{{kind: onThread}, {kind: onGoroutine}, {kind: onChannel}, {kind: onFuture}, {kind: onConnection}, {kind: ofProgram}}

// sendOut notes that something is done elsewhere, until takeIn, for the future of. Both are
// called on the loop's goroutine.
func (l *Loop) sendOut(kind errandKind, of *future.Core) *errand {
	l.outside.n++
	l.outside.by[kind]++
	return l.note(kind, of)
}

// takeIn ends the errand *e, if it has not ended.
func (l *Loop) takeIn(e **errand) {
	if *e != nil {
		l.outside.n--
		l.outside.by[(*e).kind]--
		l.forget(*e)
		*e = nil
	}
}

// isOut reports whether any work is out.
func (l *Loop) isOut() bool { return l.outside.n > 0 || l.outside.held.Load() > 0 }

// holdsStill reports whether a virtual clock must not move: work is out, or what it led to has
// come in. That is looked for last, since it is posted before a Hold is released.
func (l *Loop) holdsStill() bool { return l.isOut() || l.inbox.work() }

func (l *Loop) note(kind errandKind, of *future.Core) *errand {
	o := l.outside.errands
	if o == nil {
		return &untold[kind]
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	var e *errand
	if last := len(o.free) - 1; last >= 0 {
		e, o.free = o.free[last], o.free[:last]
	} else {
		e = new(errand)
	}
	e.kind, e.of, e.at = kind, of, len(o.list)
	e.site.Take()
	o.list = append(o.list, e)
	return e
}

func (l *Loop) forget(e *errand) {
	if e == &untold[e.kind] {
		return
	}
	o := l.outside.errands
	o.mu.Lock()
	defer o.mu.Unlock()
	e.of = nil
	last := len(o.list) - 1
	o.list[e.at], o.list[last].at = o.list[last], e.at
	o.list[last] = nil
	if o.list = o.list[:last]; len(o.free) < maxFreeErrands {
		o.free = append(o.free, e)
	}
}

// maxFreeErrands is how many are kept to be used again.
const maxFreeErrands = 64

// Hold announces work that is done for the loop elsewhere, on a goroutine of the program's
// own: until release is called a virtual clock does not jump, and nothing is a deadlock.
// What the work leads to should be posted before release: with a CallSoonThreadsafe or a
// Submit. Under another clock it is counted by [Loop.Outside], and nothing else. Both are safe
// for concurrent use, and releasing again does nothing. A Hold that is never released stops
// the clock for good; the loop logs the line that called it, see [VirtualTime].
//
// asyncio has no virtual clock, and no such call.
func (l *Loop) Hold() (release func()) {
	l.mustBeMade()
	l.outside.held.Add(1)
	e := l.note(ofProgram, nil)
	var once sync.Once
	return func() {
		once.Do(func() {
			l.forget(e)
			l.outside.held.Add(-1)
			l.inbox.rouse()
		})
	}
}

// patience is how long in real time a virtual clock stands before the loop says why.
var patience = 5 * time.Second

// tellWaits logs what the virtual clock waits for. It is safe for concurrent use.
func (l *Loop) tellWaits() {
	defer l.loggerPanicked("a virtual clock that stands still")
	if what := l.outside.errands.String(); what != "" {
		l.log().Warn("The virtual clock stands still: it waits for " + what + ".")
	}
}

// String says how much work is out and where it comes from.
func (o *errands) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	type origin struct{ kind, site string }
	numbers := make(map[origin]int)
	for _, e := range o.list {
		numbers[origin{e.kind.String(), e.site.String()}]++
	}
	kinds := slices.SortedFunc(maps.Keys(numbers), func(a, b origin) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.site, b.site))
	})
	var parts []string
	for _, e := range kinds[:min(len(kinds), maxNamed)] {
		s := fmt.Sprintf("%d %s", numbers[e], e.kind)
		if numbers[e] > 1 {
			s += "s"
		}
		if e.site != "" {
			s += " since " + e.site
		}
		parts = append(parts, s)
	}
	if more := len(kinds) - maxNamed; more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(parts, ", ")
}
