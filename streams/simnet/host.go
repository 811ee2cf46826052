package simnet

import (
	"cmp"
	"context"
	"errors"
	"net"
	"os"
	"slices"
	"syscall"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/waits"
	"github.com/ouro-loop/ouro/streams/internal/network"
)

// Host is a host of a Network.
type Host struct {
	net       *Network
	name      string
	down      bool
	sockets   []*socket // in order
	listeners map[int]*listener
	packets   map[int]*packets
	nextPort  int
}

func newHost(n *Network, name string) *Host {
	return &Host{net: n, name: name, listeners: map[int]*listener{}, packets: map[int]*packets{}, nextPort: firstPort}
}

// Name is its name, which is its address.
func (h *Host) Name() string { return h.name }

// Go creates a task that runs f on the host. A crash cancels it, and the tasks that it has created.
func (h *Host) Go(co *coro.Co, f func(co *coro.Co) error, opts ...coro.TaskOption) *coro.Task[coro.None] {
	vars := co.Vars().Copy()
	network.Var.Set(vars, (*asNetwork)(h))
	return coro.CreateTask(co, coro.Do(f), append([]coro.TaskOption{coro.Name(h.name), coro.InContext(vars)}, opts...)...)
}

// Run runs f on the host, in the present task.
func (h *Host) Run(co *coro.Co, f func(co *coro.Co) error) error {
	token := network.Var.Set(co, (*asNetwork)(h))
	defer func() { _ = network.Var.Reset(co, token) }()
	return f(co)
}

// Crash has the host gone, without a word to others: its connections and listeners fail with
// syscall.ENETDOWN, and its tasks are canceled. What others send it waits until a Restart.
func (h *Host) Crash() {
	if h.down {
		return
	}
	h.down = true
	for _, s := range slices.Clone(h.sockets) {
		s.crash()
	}
	for _, port := range sorted(h.listeners) {
		h.listeners[port].crash()
	}
	for _, port := range sorted(h.packets) {
		h.packets[port].crash()
	}
	for _, task := range coro.AllTasks(h.net.loop) {
		if network.Var.Get(task) == network.Network((*asNetwork)(h)) {
			task.Cancel("host " + h.name + " has crashed")
		}
	}
}

// Restart has the host there again, with nothing on it: what arrives for its connections of before is
// answered with resets. Programs are for Go to start.
func (h *Host) Restart() {
	h.down = false
	h.net.resume()
}

func (h *Host) forget(s *socket) {
	if l := h.listeners[s.local.Port]; l != nil {
		delete(l.coming, s)
	}
	if i := slices.Index(h.sockets, s); i >= 0 {
		h.sockets = slices.Delete(h.sockets, i, i+1)
	}
}

// The ports that are given to those who ask for none.
const (
	firstPort = 49152
	lastPort  = 65535
)

func (h *Host) freePort(isTaken func(port int) bool) int {
	for range lastPort - firstPort + 1 {
		port := h.nextPort
		if h.nextPort++; h.nextPort > lastPort {
			h.nextPort = firstPort
		}
		if !isTaken(port) {
			return port
		}
	}
	return 0
}

// asNetwork is what package streams has of a host.
type asNetwork Host

var _ network.Network = (*asNetwork)(nil)

func (h *asNetwork) Dial(co *coro.Co, ctx context.Context, d *net.Dialer, family, addr string) (network.Transport, error) {
	from := (*Host)(h)
	remote, err := from.dialable("tcp", family, addr)
	if err != nil {
		return nil, opError("dial", family, nil, err)
	}
	if err := ctx.Err(); err != nil {
		return nil, opError("dial", family, remote, err)
	}
	s, err := from.dialWithin(co, timeoutOf(h.net, d), remote)
	switch {
	case future.IsCanceled(err):
		return nil, err
	case err != nil:
		return nil, opError("dial", family, remote, err)
	}
	return s, nil
}

// dialable is where to dial.
func (h *Host) dialable(family, network, addr string) (Addr, error) {
	if err := familyOf(network, family); err != nil {
		return Addr{}, err
	}
	if h.down {
		return Addr{}, syscall.ENETDOWN
	}
	return h.resolve(family, addr)
}

// timeoutOf is how long a Dialer tries, 0 for no limit.
func timeoutOf(n *Network, d *net.Dialer) time.Duration {
	limit := d.Timeout
	if !d.Deadline.IsZero() {
		if until := max(network.Until(n.loop, d.Deadline), 1); limit == 0 || until < limit {
			limit = until
		}
	}
	return limit
}

func (h *Host) dialWithin(co *coro.Co, limit time.Duration, remote Addr) (s *socket, err error) {
	if limit <= 0 {
		return h.dial(co, remote)
	}
	var late *future.TimeoutError
	err = coro.Timeout(co, limit, func(*coro.TimeoutScope) error {
		s, err = h.dial(co, remote)
		return err
	})
	if err != nil && s != nil {
		_ = s.Close(true)
	}
	if errors.As(err, &late) {
		err = os.ErrDeadlineExceeded
	}
	return s, err
}

func (h *Host) dial(co *coro.Co, remote Addr) (*socket, error) {
	port := h.freePort(func(port int) bool {
		return slices.ContainsFunc(h.sockets, func(s *socket) bool { return s.local.Port == port })
	})
	if port == 0 {
		return nil, syscall.EADDRNOTAVAIL
	}
	s, _ := newPair(h, Addr{"tcp", h.name, port}, h.net.hosts[remote.Host], remote)
	var opened future.Core
	var failed error
	opened.Init(co, (*dialRole)(s))
	s.opened = func(err error) {
		s.opened, failed = nil, err
		opened.Finish()
	}
	s.out.send(segment{kind: connect})
	err := co.Suspend(&opened)
	s.opened = nil
	if err := cmp.Or(err, failed); err != nil {
		_ = s.Close(true)
		return nil, err
	}
	return s, nil
}

// A dialRole is what reports are told of who dials.
type dialRole socket

func (r *dialRole) Describe() string { return r.Wait().String() }

func (r *dialRole) Wait() waits.Info {
	return waits.Info{Kind: "dial", Text: "a connection with " + (*socket)(r).RemoteAddr().String()}
}

func opError(op, family string, addr net.Addr, err error) error {
	var of *net.OpError
	if errors.As(err, &of) {
		return err
	}
	return &net.OpError{Op: op, Net: family, Addr: addr, Err: err}
}
