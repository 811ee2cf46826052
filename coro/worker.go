package coro

import (
	"iter"
	"reflect"
)

// A worker is one long-lived iter.Pull that runs the function of one task after
// another. resume, called by whoever runs a step, switches to it; the yield that it
// leaves with the Co, called by the function on the worker's side, switches back.
//
// What iter.Pull does at the edges, and what is made of it here:
//   - A panic in the function would come out of resume without its stack, so
//     tasks recover on the worker's side ([Co.broke]).
//   - runtime.Goexit in the function makes resume Goexit as well: whoever runs the
//     step unwinds, a host or a creator first, at last the loop's goroutine, and its
//     deferred cleanup closes the loop.
//   - A worker that is dropped while it is suspended is a leaked goroutine, so
//     every one is either idle in the pool, or with a registered task.
type worker struct {
	resume func() (struct{}, bool)
	stop   func()
	pool   *pool
	co     *Co // whose function it runs, nil when idle

	// request, if the Co is asked, is run by the suspended function on its own
	// stack when it is resumed, after which it suspends again.
	request func()

	goroutine string // its name, if the pool identifies them

	unwinding bool // the function is being torn down: it must not suspend again
	dead      bool // a Goexit has ended the function, and the worker's goroutine with it
}

// run is what iter.Pull runs: the functions of one task after another. A closure and
// not a method, whose value would be one frame more on every suspended stack; and
// not inlined, so that there is one of it, which workerEntry knows.
//
//go:noinline
func (w *worker) run() iter.Seq[struct{}] {
	return func(yield func(struct{}) bool) {
		if w.pool.identify != nil {
			w.goroutine = w.pool.identify()
		}
		for {
			w.co.yield = yield
			w.co.task.runBody()
			w.co = nil
			if w.next() {
				continue
			}
			if !w.pool.put(w) || !yield(struct{}{}) {
				return
			}
		}
	}
}

// next takes on the task whose first step is what the loop would run next, if it is
// one. So a task that ends without having suspended, as most of a great many do, and
// the next one cost no switch in between.
func (w *worker) next() bool {
	s := w.pool.sched
	if len(s.creators) > 0 { // it was started eagerly: its creator goes on
		return false
	}
	st, ok := s.loop.Peek().(*step)
	if !ok || st.resume != nil || st.mustCancel {
		return false
	}
	s.loop.Pop()
	w.take((*Co)(st))
	s.current = w.co
	return true
}

// take ties co to the worker.
func (w *worker) take(co *Co) {
	w.co = co
	co.worker, co.resume = w, w.resume
}

// IsWorker reports whether entry is that of the function at the bottom of every
// coroutine's stack. It is for finding out who calls.
func IsWorker(entry uintptr) bool { return entry == workerEntry }

var workerEntry = reflect.ValueOf((*worker).run(nil)).Pointer()

// pool keeps idle workers, the last used first: it is the one whose stack is warm.
type pool struct {
	sched   *Scheduler
	idle    []*worker
	maxIdle int
	closed  bool

	identify func() string // names the calling goroutine; nil unless the loop is in debug mode
}

func (p *pool) init(s *Scheduler, maxIdle int) { p.sched, p.maxIdle = s, maxIdle }

// get gives co a worker, which runs its function when it is first resumed.
func (p *pool) get(co *Co) {
	var w *worker
	if n := len(p.idle); n > 0 {
		w = p.idle[n-1]
		p.idle[n-1] = nil
		p.idle = p.idle[:n-1]
	} else {
		w = &worker{pool: p}
		w.resume, w.stop = iter.Pull(w.run())
	}
	w.take(co)
}

// put takes w back, and reports whether there was room for it.
func (p *pool) put(w *worker) bool {
	if p.closed || len(p.idle) >= p.maxIdle {
		return false
	}
	p.idle = append(p.idle, w)
	return true
}

func (p *pool) close() {
	p.closed = true
	for _, w := range p.idle {
		w.stop()
	}
	p.idle = nil
}
