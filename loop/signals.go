package loop

import (
	"errors"
	"fmt"
	"os"
	"os/signal"

	"github.com/ouro-loop/ouro/internal/goroutine"
	"github.com/ouro-loop/ouro/internal/sched"
)

// signals are a loop's signal handlers, and the goroutine that waits for them.
type signals struct {
	handlers map[os.Signal]*signalHandler
	arrived  chan os.Signal
	ended    chan struct{}
}

// A signalHandler is an entry of the ready queue for each time its signal comes.
type signalHandler struct {
	loop    *Loop
	fn      func()
	vars    sched.Vars
	removed bool
}

func (h *signalHandler) Run() {
	if h.removed {
		return
	}
	vars := h.vars
	h.loop.sched.Call(&vars, h.fn)
}

// A signalArrival is a signal on its way to its handler, which is looked up on the
// loop's goroutine.
type signalArrival struct {
	loop *Loop
	sig  os.Signal
}

func (a signalArrival) Run() {
	if h := a.loop.signals.handlers[a.sig]; h != nil {
		h.Run()
	}
}

// AddSignalHandler has fn called on the loop when the process gets sig, in place of
// an earlier handler of this loop for it. The error tells of signals that cannot
// be caught, and of a testing/synctest bubble, where none can.
//
// Semantics: asyncio.loop.add_signal_handler, CPython 3.15.
func (l *Loop) AddSignalHandler(sig os.Signal, fn func()) error {
	if fn == nil {
		panic("loop: AddSignalHandler of a nil function")
	}
	switch {
	case l.closed.Load():
		return ErrClosed
	case sig == nil:
		return errors.New("loop: AddSignalHandler of a nil signal")
	case uncatchable(sig):
		return fmt.Errorf("loop: signal %v cannot be caught", sig)
	case goroutine.InBubble():
		return errors.New("loop: signals cannot be caught inside a testing/synctest bubble")
	}
	s := &l.signals
	if s.handlers == nil {
		s.handlers = make(map[os.Signal]*signalHandler)
		s.arrived = make(chan os.Signal, 16)
		s.ended = make(chan struct{})
		go s.watch(l)
	}
	if old := s.handlers[sig]; old != nil {
		old.removed = true
	}
	s.handlers[sig] = &signalHandler{loop: l, fn: fn, vars: *l.sched.Vars()}
	signal.Notify(s.arrived, sig)
	return nil
}

func (s *signals) watch(l *Loop) {
	defer close(s.ended)
	for sig := range s.arrived {
		_ = l.inbox.post(signalArrival{l, sig}) // closed: the channel is about to be
	}
}

// RemoveSignalHandler takes the handler for sig away, and reports whether there was
// one. The signal then does what it does without a handler.
//
// Semantics: asyncio.loop.remove_signal_handler, CPython 3.15.
func (l *Loop) RemoveSignalHandler(sig os.Signal) bool {
	s := &l.signals
	h := s.handlers[sig]
	if h == nil {
		return false
	}
	h.removed = true
	delete(s.handlers, sig)
	// os/signal cannot let go of a single signal of a channel.
	signal.Stop(s.arrived)
	for other := range s.handlers {
		signal.Notify(s.arrived, other)
	}
	return true
}

// close ends the goroutine. After signal.Stop nothing more is sent.
func (s *signals) close() {
	if s.handlers == nil {
		return
	}
	signal.Stop(s.arrived)
	close(s.arrived)
	<-s.ended
	s.handlers = nil
}
