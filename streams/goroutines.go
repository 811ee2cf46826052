package streams

import (
	"net"
	"os"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/driver"
	"github.com/ouro-loop/ouro/loop"
)

// goroutines are the sockets for which goroutines wait: where there are no descriptors to watch.
type goroutines struct{}

func (goroutines) allowed(on future.OnLoop) error {
	_, err := driver.HelpersOf(on)
	return err
}

func (goroutines) adopt(co *coro.Co, c net.Conn) (transport, error) {
	h, err := driver.HelpersOf(co)
	if err == nil {
		err = mayAdopt(c)
	}
	if err != nil {
		return nil, closing(c, err)
	}
	_ = c.SetDeadline(time.Time{}) // which are the Conn's to have
	t := newNetConn(h, c, endsOf(c))
	t.made(co)
	return t, nil
}

// late makes a transport that all use, at once. Who can be given one here has asked allowed before.
func (goroutines) late(on *loop.Loop, c net.Conn) transport {
	h, _ := driver.HelpersOf(on)
	return newNetConn(h, c, endsOf(c))
}

func (goroutines) adoptPacket(co *coro.Co, c net.PacketConn, remote net.Addr) (packetTransport, error) {
	h, err := driver.HelpersOf(co)
	if err != nil {
		return nil, closing(c, err)
	}
	t := newNetPacketConn(h, c, ends{c.LocalAddr().Network(), c.LocalAddr(), remote})
	t.made(co)
	return t, nil
}

func (goroutines) adoptFile(co *coro.Co, f *os.File) (transport, error) {
	h, err := driver.HelpersOf(co)
	if err != nil {
		return nil, closing(f, err)
	}
	addr := fileAddr(f.Name())
	t := newNetConn(h, f, ends{"file", addr, addr})
	t.in.apart, t.out.hangs = true, true // as terminals do on Windows, which have no deadlines either
	t.made(co)
	return t, nil
}
