package simnet

import (
	"cmp"
	"net"
	"slices"
	"syscall"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/streams/internal/network"
)

// packets is a socket for datagrams, as a transport.
type packets struct {
	network.InMemory

	host   *Host
	local  Addr
	remote Addr // to whom it is connected, the zero Addr for none
	in     []packet
	held   int   // bytes of them
	said   error // what the network has to say of earlier ones
	err    error
}

type packet struct {
	from Addr
	data []byte
}

// maxHeld is how many bytes wait to be read; what comes then is lost.
const maxHeld = 208 << 10

// maxDatagram is how many bytes a datagram has at most.
const maxDatagram = 65507

func (h *asNetwork) ListenPacket(_ *coro.Co, _ *net.ListenConfig, family, addr string) (network.PacketTransport, error) {
	p, err := (*Host)(h).listenPacket(family, addr)
	if err != nil {
		return nil, opError("listen", family, nil, err)
	}
	return p, nil
}

func (h *asNetwork) DialPacket(_ *coro.Co, _ *net.Dialer, family, addr string) (network.PacketTransport, error) {
	remote, err := (*Host)(h).dialable("udp", family, addr)
	if err != nil {
		return nil, opError("dial", family, nil, err)
	}
	p, err := (*Host)(h).listenPacket(family, ":0")
	if err != nil {
		return nil, opError("dial", family, remote, err)
	}
	p.remote = remote
	return p, nil
}

func (h *Host) listenPacket(family, addr string) (*packets, error) {
	local, err := h.listenable("udp", family, addr, func(port int) bool { return h.packets[port] != nil })
	if err != nil {
		return nil, err
	}
	p := &packets{host: h, local: local}
	p.Init(h.net.loop, p)
	h.packets[local.Port] = p
	return p, nil
}

func (s *packets) TrySend(p []byte, to net.Addr) error {
	dest := s.remote
	if to != nil {
		if s.remote != (Addr{}) {
			return net.ErrWriteToConnected
		}
		var err error
		if dest, err = s.host.resolve("udp", to.String()); err != nil {
			return err
		}
	}
	switch err := s.hear(); {
	case err != nil:
		return err
	case dest == Addr{}:
		return syscall.EDESTADDRREQ
	case len(p) > maxDatagram:
		return syscall.EMSGSIZE
	}
	n, d := s.host.net, packet{s.local, slices.Clone(p)}
	l := n.link(s.host, n.hosts[dest.Host])
	if l.isLost(len(p)) {
		s.log("lost", d, dest)
		return nil
	}
	n.at(l.arrival(len(p)), func() { s.arrive(l, d, dest) })
	return nil
}

func (s *packets) log(kind string, d packet, dest Addr) {
	n := s.host.net
	n.log.add(Event{n.loop.Time(), kind, d.from.String(), dest.String(), len(d.data)}, d.data)
}

// arrive is the end of a datagram's way, on the side of who has sent it.
func (s *packets) arrive(l *link, d packet, dest Addr) {
	to := l.to.packets[dest.Port]
	switch {
	case l.isDown():
		s.log("lost", d, dest)
	case to == nil:
		s.log("refused", d, dest)
		if back := s.host.net.link(l.to, l.from); s.remote != (Addr{}) && !back.isLost(0) {
			s.host.net.at(back.arrival(0), s.refused)
		}
	case to.remote != Addr{} && to.remote != d.from, to.held+len(d.data) > maxHeld:
		s.log("lost", d, dest)
	default:
		s.log("datagram", d, dest)
		to.in = append(to.in, d)
		to.held += len(d.data)
		to.LookAgain(network.Reading)
	}
}

// refused is told that nobody was there.
func (s *packets) refused() {
	s.said = syscall.ECONNREFUSED
	s.LookAgain(network.Reading)
}

// hear is what there is to say before anything else; once, unless it is for good.
func (s *packets) hear() error {
	err := cmp.Or(s.err, s.said)
	s.said = nil
	return err
}

func (s *packets) TryReceive(p []byte) (int, net.Addr, error) {
	if err := s.hear(); err != nil {
		return 0, nil, err
	}
	if len(s.in) == 0 {
		return 0, nil, network.ErrAgain
	}
	d := s.in[0]
	s.in = s.in[1:]
	s.held -= len(d.data)
	return copy(p, d.data), d.from, nil
}

func (s *packets) TryRead(p []byte) (int, error) {
	n, _, err := s.TryReceive(p)
	return n, err
}

func (s *packets) TryWrite(p []byte) (int, error) {
	if err := s.TrySend(p, nil); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (s *packets) canRead() bool { return len(s.in) > 0 || s.said != nil || s.err != nil }

func (s *packets) TryReadable() error {
	if s.canRead() {
		return nil
	}
	return network.ErrAgain
}

func (s *packets) Await(co *coro.Co, in network.Direction) error {
	if in == network.Writing || s.canRead() {
		return nil
	}
	return s.Wait(co, in)
}

func (s *packets) WhenWritable(f func()) { s.host.net.loop.CallSoon(f) }

func (*packets) CloseWrite() error { return syscall.ENOTCONN }

func (s *packets) Close(bool) error {
	s.leave(net.ErrClosed)
	return nil
}

func (s *packets) crash() { s.leave(syscall.ENETDOWN) }

func (s *packets) leave(err error) {
	s.err, s.in = err, nil
	if s.host.packets[s.local.Port] == s {
		delete(s.host.packets, s.local.Port)
	}
	s.LookAgain(network.Reading)
}

func (s *packets) Network() string     { return s.local.Net }
func (s *packets) LocalAddr() net.Addr { return s.local }

func (s *packets) RemoteAddr() net.Addr {
	if s.remote == (Addr{}) {
		return nil
	}
	return s.remote
}
