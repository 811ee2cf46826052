package streams

import (
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// mostOut is how much is on its way at most that the system has not taken.
const mostOut = 64 << 10

// linger is how long, after a Close, what was written before may still take to be sent.
const linger = 30 * time.Second

// outbound is the half that writes. What it has taken counts as sent, as with the system's own buffer,
// of which it is a part: it goes on its way, whatever becomes of the task, and also after a Close.
type outbound struct {
	half
	of      *helped
	conn    stream
	hangs   bool   // a Close does, until a Read that is under way ends
	next    []byte // for the goroutine to write
	spare   []byte // to be next again
	writing int    // bytes that it has in hand
	err     error
	ended   bool        // then the stream is ended,
	closing bool        // or the connection closed,
	lingers *time.Timer // which does not wait for ever
	turn    sync.Mutex  // of those elsewhere
}

func (h *outbound) ready() bool { return h.err != nil || h.free() > 0 }

func (h *outbound) free() int { return mostOut - len(h.next) - h.writing }

// take is TryWrite.
func (h *outbound) take(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.takeLocked(p)
}

func (h *outbound) takeLocked(p []byte) (int, error) {
	n := min(len(p), h.free())
	switch {
	case h.err != nil:
		return 0, h.err
	case n == 0:
		return 0, errAgain
	}
	h.next = append(h.next, p[:n]...)
	h.begin()
	return n, nil
}

// work writes what there is, until there is no more.
func (h *outbound) work() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for goesOn := true; len(h.next) > 0 && goesOn; {
		now := h.next
		h.next, h.writing = h.spare[:0], len(now)
		h.mu.Unlock()
		n, err := h.conn.Write(now)
		h.mu.Lock()
		goesOn = h.wrote(now, n, err)
		h.tell()
	}
	if len(h.next) == 0 || h.closing {
		h.end()
	}
	h.done()
}

// wrote is told of a write of p, and reports whether to go on.
func (h *outbound) wrote(p []byte, n int, err error) bool {
	h.writing, h.spare = 0, p[:0]
	switch {
	case err == nil:
	case h.stopped && errors.Is(err, os.ErrDeadlineExceeded):
		h.next, h.spare = append(p[n:], h.next...), nil
		return false
	default:
		h.err, h.next = plain(err), nil
	}
	return true
}

// end is when all is written.
func (h *outbound) end() {
	h.next, h.spare = nil, nil // of an idle connection
	switch {
	case h.closing:
		h.lingers.Stop()
		_ = h.finish()
	case h.ended:
		_ = closeWrite(h.conn)
	}
}

// lastWords is how long what was written may take to be sent when the loop is closed.
const lastWords = time.Second / 2

func (h *outbound) interrupt() { _ = h.conn.SetWriteDeadline(time.Now().Add(lastWords)) }
func (h *outbound) undone()    { _ = h.conn.SetWriteDeadline(time.Time{}) }

// closeWrite is CloseWrite.
func (h *outbound) closeWrite() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.closeWriteLocked()
}

func (h *outbound) closeWriteElsewhere() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over {
		return net.ErrClosed
	}
	return h.closeWriteLocked()
}

func (h *outbound) closeWriteLocked() error {
	if h.busy {
		h.ended = true
		return nil
	}
	return closeWrite(h.conn)
}

func closeWrite(c stream) error {
	if c, ok := c.(interface{ CloseWrite() error }); ok {
		return plain(c.CloseWrite())
	}
	return errors.ErrUnsupported
}

// close is Close: what is still to be written is, in the background.
func (h *outbound) close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.next) == 0 && h.writing == 0 {
		return h.finish()
	}
	h.closing = true
	h.helpers.Closed(h.of)
	h.lingers = time.AfterFunc(linger, func() { _ = h.conn.Close() })
	h.begin()
	return nil
}

// abort drops what is still to be written.
func (h *outbound) abort() error {
	h.mu.Lock()
	h.next, h.ended = nil, false
	h.mu.Unlock()
	if c, ok := h.conn.(*net.TCPConn); ok {
		_ = c.SetLinger(0)
	}
	return h.finish()
}

// finish closes the connection for good.
func (h *outbound) finish() error {
	h.helpers.Remove(h.of)
	if h.hangs {
		go func() { _ = h.conn.Close() }() //ouro:allow nothing comes of it
		return nil
	}
	return plain(h.conn.Close())
}
