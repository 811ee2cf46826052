package loop

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"time"

	"github.com/ouro-loop/ouro/internal/goroutine"
	"github.com/ouro-loop/ouro/internal/record"
)

// signals are the signals that a loop watches, on the loop's goroutine. Each has a
// channel of its own: os/signal cannot let go of a single signal of a channel, and
// nothing that is done about one may be noticed by another.
type signals map[os.Signal]*signalWatch

// A signalWatch is the channel of one signal, and the goroutine that brings the loop
// what comes through it. It lasts for as long as somebody wants the signal: a handler,
// or a Runner, whose place a handler takes.
type signalWatch struct {
	loop    *Loop
	sig     os.Signal
	arrived chan os.Signal
	ended   chan struct{} // nil before begin

	mu      sync.Mutex    // for who wants the signal, which only the loop's goroutine changes
	handler *standingCall // nil for none
	runner  *interrupts   // nil for none
}

// AddSignalHandler has fn called on the loop when the process gets sig, in place of
// an earlier handler of this loop for it. All calls are in one context, a copy of the
// present one. A handler for [os.Interrupt] takes the place of what [Run] does about
// that signal, until it is removed. The error tells of signals that cannot be caught,
// and of a testing/synctest bubble, where none can. On js/wasm, which has no signals, it is
// always errors.ErrUnsupported.
//
// Semantics: asyncio.loop.add_signal_handler, CPython 3.15.
func (l *Loop) AddSignalHandler(sig os.Signal, fn func()) error {
	if fn == nil {
		panic("loop: AddSignalHandler of a nil function")
	}
	l.mustBeMade()
	(*wired)(l).CheckGoroutine()
	switch {
	case l.closed.Load():
		return ErrClosed
	case l.hermetic:
		return l.hermetically("AddSignalHandler")
	case sig == nil:
		return errors.New("loop: AddSignalHandler of a nil signal")
	case !hasSignals:
		return fmt.Errorf("loop: watching signals: %w on %s", errors.ErrUnsupported, runtime.GOOS)
	case !isSignal(sig):
		return fmt.Errorf("loop: %#v is no signal", sig)
	case uncatchable(sig):
		return fmt.Errorf("loop: signal %v cannot be caught", sig)
	case goroutine.Bubble() != "":
		return errors.New("loop: signals cannot be caught inside a testing/synctest bubble")
	}
	w := l.signalWatch(sig)
	w.setHandler(l.newStandingCall(fn))
	w.begin()
	return nil
}

// RemoveSignalHandler takes the handler for sig away, and reports whether there was
// one. The signal then does what it does without a handler; during a [Run], though, an
// interrupt ends the run at once, without canceling main first.
//
// Semantics: asyncio.loop.remove_signal_handler, CPython 3.15.
func (l *Loop) RemoveSignalHandler(sig os.Signal) bool {
	(*wired)(l).CheckGoroutine()
	w := l.signals[sig]
	if w == nil || w.handler == nil {
		return false
	}
	w.setHandler(nil)
	if w.runner != nil {
		w.runner.atOnce = true
		return true
	}
	w.end()
	delete(l.signals, sig)
	return true
}

// signalWatch is the watch of sig. A new one has to begin, once it has somebody to tell.
func (l *Loop) signalWatch(sig os.Signal) *signalWatch {
	w := l.signals[sig]
	if w == nil {
		w = &signalWatch{loop: l, sig: sig, arrived: make(chan os.Signal, 16)}
		if l.signals == nil {
			l.signals = make(signals)
		}
		l.signals[sig] = w
	}
	return w
}

// setHandler sets the handler, nil for none.
func (w *signalWatch) setHandler(h *standingCall) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.handler = h
}

// begin hooks the signal, if that is not so.
func (w *signalWatch) begin() {
	if w.loop.replays() {
		return // they are in the record
	}
	if w.ended == nil {
		w.ended = make(chan struct{})
		go w.forward()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.runner != nil {
		w.runner.exhausted = false
	}
	signal.Notify(w.arrived, w.sig)
}

// end lets go of the signal, for good. What came before is posted when it returns.
func (w *signalWatch) end() {
	w.unhook()
	close(w.arrived)
	if w.ended != nil {
		<-w.ended
	}
}

func (w *signalWatch) arrival() arrival { return arrival{source: record.Signal, site: w.sig.String()} }

// unhook returns when nothing more is sent. Of two calls of signal.Stop at once, the
// other being letGo's, one would return before that.
func (w *signalWatch) unhook() {
	w.mu.Lock()
	defer w.mu.Unlock()
	signal.Stop(w.arrived)
}

// forward posts what arrives.
func (w *signalWatch) forward() {
	defer close(w.ended)
	var patience <-chan time.Time
	for {
		select {
		case _, open := <-w.arrived:
			if !open {
				return
			}
			if w.receive() {
				patience = time.After(interruptPatience)
			}
		case <-patience:
			w.letGo()
		}
	}
}

// receive posts one signal for who wants it now, and reports whether it is a Runner's
// last: should nothing come of that, the watch is to be let go.
func (w *signalWatch) receive() (last bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.handler == nil && w.runner != nil {
		return w.runner.receive()
	}
	_ = w.loop.inbox.post(w) // closed: it is about to end
	return false
}

// letGo unhooks the signal if the loop has not stirred since a Runner's last.
func (w *signalWatch) letGo() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.runner.exhausted {
		signal.Stop(w.arrived)
	}
}

// Run is one signal on the loop, for the handler that there is by then.
func (w *signalWatch) Run() {
	if w.handler != nil {
		w.handler.Run()
	}
}

// close ends all watches.
func (s signals) close() {
	for sig, w := range s {
		w.end()
		delete(s, sig)
	}
}
