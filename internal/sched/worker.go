package sched

import (
	"iter"
	"reflect"

	"github.com/ouro-loop/ouro/internal/goroutine"
)

// A worker is one long-lived iter.Pull that runs the function of one coroutine after
// another. resume switches to it, the yield that it leaves with the coroutine switches
// back.
//
// What iter.Pull does at the edges, and what is made of it here:
//   - A panic in the function would come out of resume without its stack, so bodies
//     recover on the worker's side.
//   - runtime.Goexit in the function makes resume Goexit as well: first the host or
//     creator unwinds, then the loop's goroutine, whose deferred cleanup closes the loop.
//   - A worker that is dropped while it is suspended is a leaked goroutine, so
//     every one is either idle in the pool, or with a registered coroutine.
type worker struct {
	resume func() (struct{}, bool) // switches to it
	yield  func(struct{}) bool     // switches back from it
	stop   func()
	sched  *Scheduler // whose coroutines it runs; nil while nobody has borrowed it, see Workers
	co     *Coroutine // whose function it runs, nil when idle
	inside *Generator // that it drives, the innermost one; nil if there is none

	shown      *Shown  // of what runs on it, made when a watchdog may have to see it
	key        uintptr // of its goroutine, see Scheduler.Track
	goroutine  string  // its name, if somebody needed it
	registered bool    // among known

	unwinding bool // the function is being torn down: it must not suspend again
	exits     int  // how often it was told so by a panic
	dead      bool // a Goexit has ended the function, and the worker's goroutine with it
}

// run is what iter.Pull runs: the functions of one coroutine after another. A closure
// and not a method, whose value would be one frame more on every suspended stack; and
// not inlined, so that there is one of it, which workerEntry knows.
//
//go:noinline
func (w *worker) run() iter.Seq[struct{}] {
	return func(yield func(struct{}) bool) {
		w.yield = yield
		w.key = goroutine.Key()
		if w.sched.tracking {
			w.track()
		}
		for {
			if anySet.Load() {
				w.register()
			}
			if w.sched.Debug {
				w.name()
			}
			if w.sched.watch != nil {
				w.nameWatched()
			}
			w.co.body.Run()
			w.co, w.shown = nil, nil
			if w.unwinding {
				w.dead = true
				w.unregister()
				return
			}
			if w.takeOver() {
				continue
			}
			if !w.sched.pool.put(w) || !yield(struct{}{}) {
				w.unregister()
				return
			}
		}
	}
}

// take ties c to the worker.
func (w *worker) take(c *Coroutine) {
	w.co = c
	c.worker = w
}

// IsWorker reports whether entry is that of the function at the bottom of every
// coroutine's stack, or of every generator's. It is for finding out who calls.
func IsWorker(entry uintptr) bool { return entry == workerEntry || entry == generatorEntry }

var workerEntry = reflect.ValueOf((*worker).run(nil)).Pointer()

// RunsOn reports whether the coroutine that runs, or that hosts the callback that runs, may
// do so on the goroutine of that name.
func (s *Scheduler) RunsOn(name string) bool {
	c := s.current
	if c == nil {
		c = s.host
	}
	if c == nil {
		return false
	}
	w := c.worker // nil while the body sets its outcome
	if w == nil {
		return true
	}
	on := w.goroutine
	if w.inside != nil {
		on = w.inside.goroutine
	}
	return on == "" || on == name
}
