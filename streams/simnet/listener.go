package simnet

import (
	"cmp"
	"maps"
	"net"
	"slices"
	"syscall"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/waits"
	"github.com/ouro-loop/ouro/streams/internal/network"
)

// backlog is how many connections wait to be accepted, at most.
const backlog = 128

// A listener is a port where connections are accepted.
type listener struct {
	host    *Host
	addr    Addr
	waiting []*socket
	coming  map[*socket]bool // are to wait
	line    coro.Waiters
	err     error
}

func (h *asNetwork) Listen(_ *coro.Co, _ *net.ListenConfig, family, addr string) (network.Listener, error) {
	on := (*Host)(h)
	local, err := on.listenable("tcp", family, addr, func(port int) bool { return on.listeners[port] != nil })
	if err != nil {
		return nil, opError("listen", family, nil, err)
	}
	l := &listener{host: on, addr: local, coming: map[*socket]bool{}}
	on.listeners[local.Port] = l
	return l, nil
}

// listenable is where to listen: on the host itself, and where nobody does yet.
func (h *Host) listenable(family, network, addr string, isTaken func(port int) bool) (Addr, error) {
	local, err := h.dialable(family, network, addr)
	switch {
	case err != nil:
	case local.Host != h.name:
		err = syscall.EADDRNOTAVAIL
	case local.Port == 0:
		if local.Port = h.freePort(isTaken); local.Port == 0 {
			err = syscall.EADDRINUSE
		}
	case isTaken(local.Port):
		err = syscall.EADDRINUSE
	}
	return local, err
}

// connected is told that somebody would connect, of whom s is to be the other end.
func (h *Host) connected(s *socket) {
	l := h.listeners[s.local.Port]
	switch {
	case l == nil:
		s.refuse()
	case len(l.waiting)+len(l.coming) >= backlog: // it is sent again
		back := s.out.to.out
		back.last += firstRetry
		back.send(segment{kind: connect})
	default:
		h.sockets = append(h.sockets, s)
		l.coming[s] = true
		s.out.send(segment{kind: accept})
	}
}

// established is told that s is connected now.
func (h *Host) established(s *socket) {
	l := h.listeners[s.local.Port]
	if l == nil || !l.coming[s] {
		s.refuse()
		return
	}
	delete(l.coming, s)
	l.waiting = append(l.waiting, s)
	l.line.Wake(1)
}

func (l *listener) Await(co *coro.Co) error {
	if len(l.waiting) > 0 || l.err != nil {
		return nil
	}
	woken, err := l.line.Wait(co, (*listenerRole)(l))
	if err != nil && woken {
		l.line.Wake(1) // to whom it may concern
	}
	return err
}

func (l *listener) TryAccept(*coro.Co) (network.Transport, error) {
	switch {
	case l.err != nil:
		return nil, l.err
	case len(l.waiting) == 0:
		return nil, network.ErrAgain
	}
	s := l.waiting[0]
	l.waiting = l.waiting[1:]
	return s, nil
}

// Close resets the connections that nobody has accepted.
func (l *listener) Close() error {
	l.leave(net.ErrClosed)
	for _, s := range l.waiting {
		_ = s.Close(true)
	}
	l.waiting = nil
	return nil
}

func (l *listener) crash() { l.leave(syscall.ENETDOWN) }

func (l *listener) leave(err error) {
	l.err = cmp.Or(l.err, err)
	if l.host.listeners[l.addr.Port] == l {
		delete(l.host.listeners, l.addr.Port)
	}
	l.line.WakeAll()
}

func (l *listener) Addr() net.Addr { return l.addr }

func (*listener) Blocking() (net.Listener, error) { return nil, network.ErrOnLoopOnly }
func (*listener) Unblock()                        {}

// A listenerRole is what reports are told of who waits for a connection.
type listenerRole listener

func (r *listenerRole) Describe() string { return r.Wait().String() }

func (r *listenerRole) Wait() waits.Info {
	return waits.Info{Kind: "accept", Text: "a connection to " + r.addr.String()}
}

// sorted are the ports that are in use.
func sorted[T any](ports map[int]T) []int { return slices.Sorted(maps.Keys(ports)) }
