package streams

import (
	"sync"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/driver"
)

// Where the system has no descriptors to watch, goroutines wait for connections of package net, one for each
// wait: it begins when somebody asks for what is not there, and ends when it has brought it. So an idle
// connection has none, and nothing is read that nobody has asked for.

// A half is one direction of a connection, or a listener, that goroutines wait for. What one brings stays
// until it is taken, whoever has asked: so a cancellation loses nothing.
type half struct {
	worker  worker
	helpers *driver.Helpers
	apart   bool // nothing can interrupt the goroutine: the end of the loop does not wait for it
	role    future.Role

	mu       sync.Mutex
	busy     bool          // a goroutine is at it,
	tells    bool          // and the loop is to be told of what it brings
	stopped  bool          // it was interrupted
	alone    bool          // the loop is closed
	over     bool          // nobody elsewhere is to wait any more
	deadline time.Time     // of those
	news     chan struct{} // closed when there are any, for them; nil while none waits

	line coro.Waiters // of tasks of the loop,
	asks []func()     // and its callbacks
}

// A worker is what is done in a direction. Its mu is held where it is asked, and not while it works.
type worker interface {
	// ready reports whether there is something to take, or room.
	ready() bool

	// work does what blocks, on a goroutine, and then calls done.
	work()

	// interrupt has work return soon, and undone lets it work again.
	interrupt()
	undone()
}

func (h *half) init(w worker, helpers *driver.Helpers, role future.Role) {
	h.worker, h.helpers, h.role = w, helpers, role
}

// await waits until there is something to take, or a LookAgain.
func (h *half) await(co *coro.Co) error {
	if h.ask() {
		return h.helpers.Spend(co)
	}
	h.helpers.Begin()
	defer h.helpers.End()
	_, err := h.line.Wait(co, h.role)
	return err
}

// when has f called in a callback when there is something to take, or at a LookAgain.
func (h *half) when(f func()) {
	h.helpers.Begin()
	h.asks = append(h.asks, f)
	if h.ask() {
		h.Run()
	}
}

// ask reports whether there is something to take. If not, the loop is told when there is.
func (h *half) ask() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.worker.ready() {
		return true
	}
	h.tells = true
	h.begin()
	return false
}

// readable is TryReadable.
func (h *half) readable() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.worker.ready() {
		return nil
	}
	return errAgain
}

// begin has a goroutine at it. h.mu is held.
func (h *half) begin() {
	if h.busy {
		return
	}
	h.busy = true
	if h.apart {
		go h.worker.work() //ouro:allow it waits for the world, and tells the loop
	} else {
		h.helpers.Go(h.worker.work)
	}
}

// done is told that the goroutine is about to end, and what it has brought is stored. h.mu is held.
func (h *half) done() {
	h.busy = false
	if h.stopped {
		h.stopped = false
		h.worker.undone()
	}
	h.tell()
}

// tell tells all that there is something new. h.mu is held.
func (h *half) tell() {
	if h.tells {
		h.tells = false
		h.helpers.Post(h)
	}
	h.changed()
}

// Run is for the loop, when it is told.
func (h *half) Run() {
	h.line.WakeAll()
	asks := h.asks
	h.asks = nil
	for _, f := range asks {
		h.helpers.End()
		h.helpers.CallSoon(f)
	}
}

// About is what traces call it.
func (h *half) About() string { return "what a connection brings" }

// leave is told that the loop is closed: it interrupts the goroutine, if there is one.
func (h *half) leave() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.alone = true
	if h.busy && !h.stopped {
		h.stopped = true
		h.worker.interrupt()
	}
}
