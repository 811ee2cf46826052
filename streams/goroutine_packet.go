package streams

import (
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/ouro-loop/ouro/internal/driver"
)

// A netPacketConn is a net.PacketConn as a transport. A goroutine waits for a datagram, when somebody has
// asked. What is sent needs none: a network does not wait for those who are to receive it.
type netPacketConn struct {
	helped
	conn net.PacketConn
	in   datagrams
	out  always
}

func newNetPacketConn(h *driver.Helpers, c net.PacketConn, e ends) *netPacketConn {
	t := &netPacketConn{conn: c}
	t.in.conn, t.in.remote = c, e.remote
	t.init(h, &e, &t.in, &t.out, [...]*half{&t.in.half, &t.out.half})
	return t
}

func (t *netPacketConn) TryReceive(p []byte) (int, net.Addr, error) { return t.in.take(p) }

func (t *netPacketConn) TryRead(p []byte) (int, error) {
	n, _, err := t.in.take(p)
	return n, err
}

func (t *netPacketConn) TryReadable() error { return t.in.readable() }

func (t *netPacketConn) TryWrite(p []byte) (int, error) {
	n, err := t.conn.(net.Conn).Write(p)
	return n, plain(err)
}

func (t *netPacketConn) TrySend(p []byte, to net.Addr) error {
	if to == nil {
		_, err := t.TryWrite(p)
		return err
	}
	if t.RemoteAddr() == nil && to.Network() != t.Network() {
		return fmt.Errorf("streams: a datagram to a %T, %v", to, to)
	}
	_, err := t.conn.WriteTo(p, to)
	return plain(err)
}

func (t *netPacketConn) CloseWrite() error { return errors.ErrUnsupported }

func (t *netPacketConn) Close(bool) error {
	t.helpers.Remove(&t.helped)
	return plain(t.conn.Close())
}

// datagrams is the half that receives.
type datagrams struct {
	half
	conn   net.PacketConn
	remote net.Addr // that of the one peer, nil if there are many
	room   []byte   // the goroutine's
	came   bool
	data   []byte // which may be empty
	from   net.Addr
	err    error // with which nothing has ended
}

// maxDatagram is more than any has.
const maxDatagram = 64 << 10

func (h *datagrams) ready() bool { return h.came }

func (h *datagrams) work() {
	if h.room == nil {
		h.room = make([]byte, maxDatagram)
	}
	n, from, err := h.conn.ReadFrom(h.room)
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.stopped || !errors.Is(err, os.ErrDeadlineExceeded) {
		h.came, h.data, h.from, h.err = true, h.room[:max(n, 0)], from, plain(err)
	}
	h.done()
}

func (h *datagrams) interrupt() { _ = h.conn.SetReadDeadline(time.Unix(1, 0)) }
func (h *datagrams) undone()    { _ = h.conn.SetReadDeadline(time.Time{}) }

// take is TryReceive.
func (h *datagrams) take(p []byte) (int, net.Addr, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.takeLocked(p)
}

func (h *datagrams) takeLocked(p []byte) (int, net.Addr, error) {
	if !h.came {
		return 0, nil, errAgain
	}
	h.came = false
	if h.remote != nil {
		h.from = h.remote
	}
	return copy(p, h.data), h.from, h.err
}

// always is the half that sends: it can.
type always struct{ half }

func (*always) ready() bool { return true }
func (*always) work()       {}
func (*always) interrupt()  {}
func (*always) undone()     {}

// blockingPackets is a netPacketConn for other goroutines, as blocking is a netConn.
type blockingPackets struct {
	blocking
	t *netPacketConn
}

func (t *netPacketConn) Blocking() (net.Conn, error) {
	return blockingPackets{blocking{helped: &t.helped}, t}, nil
}

func (b blockingPackets) ReadFrom(p []byte) (n int, from net.Addr, err error) {
	err = b.t.in.until(func() error {
		n, from, err = b.t.in.takeLocked(p)
		return err
	})
	return n, from, b.error("read", err)
}

func (b blockingPackets) Read(p []byte) (int, error) {
	n, _, err := b.ReadFrom(p)
	return n, err
}

func (b blockingPackets) WriteTo(p []byte, to net.Addr) (int, error) {
	if err := b.mayWrite(); err != nil {
		return 0, err
	}
	return b.t.conn.WriteTo(p, to)
}

func (b blockingPackets) Write(p []byte) (int, error) {
	if err := b.mayWrite(); err != nil {
		return 0, err
	}
	return b.t.conn.(net.Conn).Write(p)
}

func (b blockingPackets) mayWrite() error {
	return b.error("write", b.t.out.until(func() error { return nil }))
}
