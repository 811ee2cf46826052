package loop

import (
	"runtime"
	"time"
)

// There is one thread under WebAssembly. A goroutine has it until it waits, and JavaScript
// gets it when all goroutines wait; until then timers, fetches and what is written to files
// stand still. A loop that always has something ready, as with a coroutine that polls with
// Sleep(co, 0), must therefore give way by itself. In CPython the other threads get their
// turn as the selector, which every iteration asks, releases the interpreter's lock.

const (
	// giveWayEvery is after how many iterations, and entries of the ready queue, the loop
	// gives way to goroutines. They take some tenths of a millisecond, a switch of
	// goroutines some microseconds.
	giveWayEvery = 5000

	// frame is after how long it gives way to JavaScript, which takes a millisecond.
	frame = 16 * time.Millisecond
)

// turns is when others had their turn.
type turns struct {
	ran  int       // so much, since that of goroutines
	last time.Time // that of JavaScript
}

// giveWay is called in every iteration, before it runs what is ready.
func (t *turns) giveWay(l *Loop) {
	if t.ran += 1 + l.sched.Ready(); t.ran >= giveWayEvery {
		t.ran = 0
		t.letOthersRun(l)
	}
}

func (t *turns) letOthersRun(l *Loop) {
	if t.last.IsZero() {
		t.last = l.clock.start
	}
	switch {
	case l.steps != nil: // for whoever drives the loop, maybe JavaScript, which must not be kept waiting
	case l.bubble != "": // whose time a Sleep would move
		runtime.Gosched()
	case time.Since(t.last) < frame:
		runtime.Gosched()
	default:
		time.Sleep(time.Millisecond)
		t.last = time.Now()
	}
}
