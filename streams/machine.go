package streams

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams/internal/network"
)

// A machine is what the program runs on, as a network. Package net makes its sockets, which may have to
// look a name up, on goroutines of their own; what each system has to watch them takes them over.
type machine struct{}

func (machine) Dial(co *coro.Co, ctx context.Context, d *net.Dialer, family, addr string) (transport, error) {
	c, err := obtain(co, ctx, func(ctx context.Context) (net.Conn, error) { return d.DialContext(ctx, family, addr) })
	if err != nil {
		return nil, err
	}
	return native.adopt(co, c)
}

func (machine) Listen(co *coro.Co, c *net.ListenConfig, family, addr string) (network.Listener, error) {
	ln, err := obtain(co, context.Background(), func(ctx context.Context) (net.Listener, error) {
		if family == "unix" {
			removeSocket(addr)
		}
		return c.Listen(ctx, family, addr)
	})
	if err != nil {
		return nil, err
	}
	return native.adoptListener(co, ln)
}

func (machine) DialPacket(co *coro.Co, d *net.Dialer, family, addr string) (packetTransport, error) {
	c, err := obtain(co, context.Background(), func(ctx context.Context) (net.Conn, error) { return d.DialContext(ctx, family, addr) })
	if err != nil {
		return nil, err
	}
	p, ok := c.(net.PacketConn)
	if !ok {
		return nil, closing(c, fmt.Errorf("streams: DialPacket of %q, which is for a stream; Dial is for those", family))
	}
	return native.adoptPacket(co, p, c.RemoteAddr())
}

func (machine) ListenPacket(co *coro.Co, c *net.ListenConfig, family, addr string) (packetTransport, error) {
	p, err := obtain(co, context.Background(), func(ctx context.Context) (net.PacketConn, error) { return c.ListenPacket(ctx, family, addr) })
	if err != nil {
		return nil, err
	}
	return native.adoptPacket(co, p, nil)
}

// closing is err, after a Close.
func closing(c io.Closer, err error) error { return errors.Join(err, c.Close()) }

// obtain has f called on a goroutine, and hands its result over. It ends with the task's cancellation, and
// with ctx; what f makes then is closed.
func obtain[T io.Closer](co *coro.Co, ctx context.Context, f func(ctx context.Context) (T, error)) (T, error) {
	var h handover[T]
	defer h.drop() // if it was canceled when it had succeeded
	if err := native.allowed(co); err != nil {
		return h.take(), err
	}
	_, err := loop.Go(func(task context.Context) (coro.None, error) {
		ctx, stop := both(task, ctx)
		defer stop()
		got, err := f(ctx)
		if err == nil {
			h.leave(got)
		}
		return coro.None{}, err
	})(co)
	if err != nil {
		var none T
		return none, err // what has come all the same is left to be closed
	}
	return h.take(), nil
}

// both ends with the context of the task, and with ctx.
func both(task, ctx context.Context) (context.Context, func()) {
	if ctx == context.Background() {
		return task, func() {}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(task, func() { cancel(context.Cause(task)) })
	return ctx, func() {
		stop()
		cancel(nil)
	}
}

// A handover is how something comes from the goroutine that has made it. If nobody waits for it any
// more it is closed.
type handover[T io.Closer] struct {
	mu    sync.Mutex
	left  T
	there bool
	over  bool
}

func (h *handover[T]) leave(what T) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over {
		_ = what.Close()
	} else {
		h.left, h.there = what, true
	}
}

func (h *handover[T]) take() T {
	h.mu.Lock()
	defer h.mu.Unlock()
	what := h.left
	h.there = false
	return what
}

func (h *handover[T]) drop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.over = true
	if h.there {
		_ = h.left.Close()
	}
}
