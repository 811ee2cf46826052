package streams

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// closing is err, after a Close.
func closing(c io.Closer, err error) error { return errors.Join(err, c.Close()) }

// Dial connects to an address, as net.Dial does: "tcp" and "example.com:80", "unix" and a path. It looks
// names up, and tries all their addresses, the next one after 250 ms, on a goroutine of its own. A
// cancellation leaves nothing behind.
//
// Semantics: asyncio.open_connection, CPython 3.15.
func Dial(co *coro.Co, network, addr string) (*Conn, error) {
	return DialWith(co, new(net.Dialer), network, addr)
}

// DialWith is Dial by a net.Dialer, which has its own address, resolver, and time limit.
func DialWith(co *coro.Co, d *net.Dialer, network, addr string) (*Conn, error) {
	if err := mayHaveSockets(co); err != nil {
		return nil, err
	}
	var h handover
	defer h.drop() // if it was canceled when it had succeeded
	_, err := loop.Go(func(ctx context.Context) (coro.None, error) {
		c, err := d.DialContext(ctx, network, addr)
		if err == nil {
			h.leave(c)
		}
		return coro.None{}, err
	})(co)
	if err != nil {
		return nil, err
	}
	return Adopt(co, h.take())
}

// A handover is how a connection comes from the goroutine that has dialed it. If nobody waits for it any
// more it is closed.
type handover struct {
	mu   sync.Mutex
	conn net.Conn
	over bool
}

func (h *handover) leave(c net.Conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over {
		_ = c.Close()
	} else {
		h.conn = c
	}
}

func (h *handover) take() (c net.Conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c, h.conn = h.conn, nil
	return c
}

func (h *handover) drop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.over = true
	if h.conn != nil {
		_ = h.conn.Close()
	}
}
