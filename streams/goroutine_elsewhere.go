package streams

import (
	"io"
	"net"
	"os"
	"time"
)

// A blocking is a connection for other goroutines. They wait for the same goroutines as the loop does, so
// that nothing is read, or written, out of turn; the loop need not run.
type blocking struct {
	*helped
	in  *inbound
	out *outbound
}

func (t *netConn) Blocking() (net.Conn, error) { return blocking{&t.helped, &t.in, &t.out}, nil }

func (b blocking) Read(p []byte) (n int, err error) {
	err = b.in.until(func() error {
		n, err = b.in.takeLocked(p)
		return err
	})
	return n, b.error("read", err)
}

func (b blocking) Write(p []byte) (sent int, err error) {
	b.out.turn.Lock()
	defer b.out.turn.Unlock()
	for sent < len(p) && err == nil {
		err = b.out.until(func() error {
			n, err := b.out.takeLocked(p[sent:])
			sent += n
			return err
		})
	}
	return sent, b.error("write", err)
}

func (b blocking) error(op string, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	return &net.OpError{Op: op, Net: b.Network(), Source: b.LocalAddr(), Addr: b.RemoteAddr(), Err: err}
}

// CloseWrite ends the stream after what is on its way.
func (b blocking) CloseWrite() error { return b.error("close", b.out.closeWriteElsewhere()) }

// Close ends what goroutines wait for; the connection itself is the Conn's.
func (b blocking) Close() error {
	b.Unblock()
	return nil
}

func (b blocking) SetDeadline(t time.Time) error {
	_ = b.SetReadDeadline(t)
	return b.SetWriteDeadline(t)
}

func (b blocking) SetReadDeadline(t time.Time) error {
	b.SetBlockingDeadline(reading, t)
	return nil
}

func (b blocking) SetWriteDeadline(t time.Time) error {
	b.SetBlockingDeadline(writing, t)
	return nil
}

// until tries, with h.mu held, until it could do something.
func (h *half) until(try func() error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for {
		if err := h.refusal(); err != nil {
			return err
		}
		if err := try(); err != errAgain {
			return err
		}
		h.begin()
		h.wait()
	}
}

// refusal is why nobody elsewhere is to wait.
func (h *half) refusal() error {
	switch {
	case h.over:
		return net.ErrClosed
	case !h.deadline.IsZero() && !time.Now().Before(h.deadline):
		return os.ErrDeadlineExceeded
	}
	return nil
}

// wait waits until something has changed, and lets go of h.mu meanwhile.
func (h *half) wait() {
	if h.news == nil {
		h.news = make(chan struct{})
	}
	news, deadline := h.news, h.deadline
	h.mu.Unlock()
	defer h.mu.Lock()
	if deadline.IsZero() {
		<-news
		return
	}
	timer := time.NewTimer(time.Until(deadline))
	defer timer.Stop()
	select {
	case <-news:
	case <-timer.C:
	}
}

// changed has those who wait look again. h.mu is held.
func (h *half) changed() {
	if h.news != nil {
		close(h.news)
		h.news = nil
	}
}

func (h *half) unblock() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.over = true
	h.changed()
}

func (h *half) setDeadline(t time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.deadline = t
	h.changed()
}
