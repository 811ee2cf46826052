package coro

import (
	"iter"
	"runtime"
)

// A worker is one long-lived iter.Pull that runs the function of one task after
// another. resume, called by whoever runs a step, switches to it; yield, called by
// the function on the worker's side, switches back.
//
// What iter.Pull does at the edges, and what is made of it here:
//   - A panic in the function would come out of resume without its stack, so
//     tasks recover on the worker's side ([Co.caught]).
//   - runtime.Goexit in the function makes resume Goexit as well: the loop's
//     goroutine unwinds, and its deferred cleanup closes the loop.
//   - A worker that is dropped while it is suspended is a leaked goroutine, so
//     every one is either idle in the pool, or with a registered task.
type worker struct {
	resume func() (struct{}, bool)
	yield  func(struct{}) bool
	stop   func()
	pool   *pool
	task   AnyTask // whose function it runs, nil when idle

	// request, if not nil, is run by the suspended function on its own stack
	// when it is resumed, after which it suspends again.
	request func()

	unwinding bool // the function is being torn down: it must not suspend again
	dead      bool // the function has ended, and the worker's goroutine with it
}

func (w *worker) run(yield func(struct{}) bool) {
	defer func() { w.dead = true }()
	w.yield = yield
	for {
		w.task.runBody()
		w.task = nil
		if !w.pool.put(w) || !yield(struct{}{}) {
			return
		}
	}
}

// park suspends the function that runs on w until a step resumes it.
func (w *worker) park() {
	w.yield(struct{}{})
	for w.request != nil {
		request := w.request
		w.request = nil
		request()
		w.yield(struct{}{})
	}
}

// ask has the suspended function run request where it stands.
func (w *worker) ask(request func()) {
	w.request = request
	w.resume()
}

// unwind makes the suspended function run its deferred functions and end, even
// one that ignores every error. A Goexit cannot be recovered from; it comes out
// of resume too, and ends a goroutine that is there for nothing else.
func (w *worker) unwind() {
	w.unwinding = true
	w.request = runtime.Goexit
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.resume()
	}()
	<-ended
}

// pool keeps idle workers, the last used first: it is the one whose stack is warm.
type pool struct {
	idle    []*worker
	maxIdle int
	closed  bool
}

func (p *pool) init(maxIdle int) { p.maxIdle = maxIdle }

// get returns a worker that runs the function of t when it is first resumed.
func (p *pool) get(t AnyTask) *worker {
	if n := len(p.idle); n > 0 {
		w := p.idle[n-1]
		p.idle[n-1] = nil
		p.idle = p.idle[:n-1]
		w.task = t
		return w
	}
	w := &worker{pool: p, task: t}
	w.resume, w.stop = iter.Pull(w.run)
	return w
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
