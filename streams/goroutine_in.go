package streams

import (
	"errors"
	"net"
	"os"
	"time"

	"github.com/ouro-loop/ouro/internal/driver"
)

// How much a goroutine reads at a time: what the last Read had room for, within bounds.
const (
	leastIn = 4 << 10
	mostIn  = 64 << 10
)

// inbound is the half that reads.
type inbound struct {
	half
	conn  stream
	size  int      // that the last Read had room for
	room  []byte   // that is read into; the goroutine's
	came  []byte   // of that, and is yet to be taken
	err   error    // with which it has ended
	onEnd []func() // of WhenHungUp
}

func (h *inbound) ready() bool { return len(h.came) > 0 || h.err != nil }

func (h *inbound) work() {
	h.fit()
	n, err := h.conn.Read(h.room)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.came = h.room[:n]
	if !h.stopped || !errors.Is(err, os.ErrDeadlineExceeded) {
		h.err = plain(err)
	}
	h.done()
	h.look()
}

// fit makes room for as much as will be taken.
func (h *inbound) fit() {
	h.mu.Lock()
	size := min(max(h.size, leastIn), mostIn)
	h.mu.Unlock()
	if len(h.room) < size || len(h.room) > 2*size {
		h.room = make([]byte, size)
	}
}

func (h *inbound) interrupt() { _ = h.conn.SetReadDeadline(time.Unix(1, 0)) }
func (h *inbound) undone()    { _ = h.conn.SetReadDeadline(time.Time{}) }

// take is TryRead.
func (h *inbound) take(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.takeLocked(p)
}

func (h *inbound) takeLocked(p []byte) (int, error) {
	switch {
	case len(h.came) > 0:
		n := copy(p, h.came)
		h.came = h.came[n:]
		h.look()
		return n, nil
	case h.err != nil:
		return 0, h.err
	}
	h.size = len(p)
	return 0, errAgain
}

// whenEnded is WhenHungUp: while somebody wants to know of the end, it is looked for as soon as all that came
// before it was taken.
func (h *inbound) whenEnded(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.onEnd = append(h.onEnd, f)
	h.look()
}

// look tells of the end, or has a goroutine look for it. h.mu is held.
func (h *inbound) look() {
	switch {
	case len(h.onEnd) == 0, h.alone:
	case h.err != nil:
		h.tellEnd()
	case len(h.came) == 0:
		h.begin()
	}
}

// tellEnd has those called who want to know. h.mu is held.
func (h *inbound) tellEnd() {
	for _, f := range h.onEnd {
		h.helpers.Post(callSoon{h.helpers, f})
	}
	h.onEnd = nil
}

// closed is told that the connection is closed.
func (h *inbound) closed() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tellEnd()
}

// A callSoon is an entry that has a callback called.
type callSoon struct {
	helpers *driver.Helpers
	f       func()
}

func (c callSoon) Run() { c.helpers.CallSoon(c.f) }

// plain is an error without what package net says of the operation, which a Conn says itself.
func plain(err error) error {
	switch err := err.(type) {
	case *net.OpError:
		return err.Err
	case *os.PathError:
		return err.Err
	}
	return err
}
