package simnet

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/loop"
)

// Network is hosts, and what is between them. Its methods are called on the loop's goroutine.
type Network struct {
	loop   *loop.Loop
	quiet  future.CallOption
	rand   *rand.Rand
	path   path // between hosts that have no other
	window int
	hosts  map[string]*Host
	links  map[ends]*link
	apart  map[*Host]bool // on one side of the partition
	held   []*flow        // cannot arrive
	log    log
}

// ends are where a link is from, and where to.
type ends struct{ from, to *Host }

// Option is an option of New.
type Option interface{ of(n *Network) }

// PathOption is an option of New, and of Path for two hosts.
type PathOption func(p *path)

func (o PathOption) of(n *Network) { o(&n.path) }

type option func(n *Network)

func (o option) of(n *Network) { o(n) }

// Latency is how long a packet takes, at least and at most: 1 to 10 ms if it is not given.
func Latency(least, most time.Duration) PathOption {
	if least < 0 || most < least {
		panic(fmt.Sprintf("simnet: Latency from %v to %v", least, most))
	}
	return func(p *path) { p.least, p.most = least, most }
}

// Loss is which part of the packets is lost, from 0 to below 1; none if it is not given. A packet of a
// stream is sent again after 200 ms, then after twice as long, and so on.
func Loss(part float64) PathOption {
	if part < 0 || part >= 1 {
		panic(fmt.Sprintf("simnet: Loss of %v; from 0 to below 1 it must be", part))
	}
	return func(p *path) { p.loss = part }
}

// Bandwidth is how many bytes a second there is room for in each direction, for all that is between two
// hosts; there is no bound if it is not given.
func Bandwidth(bytes int) PathOption {
	if bytes <= 0 {
		panic(fmt.Sprintf("simnet: Bandwidth of %d", bytes))
	}
	return func(p *path) { p.bandwidth = bytes }
}

// Window is how many bytes of a connection may be under way, or arrived and not read, in each direction:
// 64 KiB if it is not given.
func Window(bytes int) Option {
	if bytes <= 0 {
		panic(fmt.Sprintf("simnet: Window of %d", bytes))
	}
	return option(func(n *Network) { n.window = bytes })
}

// Seed is where chance begins. If it is not given that comes from [loop.Loop.Rand].
func Seed(seed uint64) Option {
	return option(func(n *Network) { n.rand = rand.New(rand.NewPCG(seed, 0)) })
}

// Observe has f told of all that arrives, and of all that is lost for good, when it does.
func Observe(f func(Event)) Option { return option(func(n *Network) { n.log.observe = f }) }

// New makes a network on the loop of co.
func New(co *coro.Co, opts ...Option) *Network {
	l := loop.Of(co)
	n := &Network{
		loop:   l,
		quiet:  quietly(),
		path:   path{least: time.Millisecond, most: 10 * time.Millisecond},
		window: 64 << 10,
		hosts:  map[string]*Host{},
		links:  map[ends]*link{},
	}
	n.log.init()
	for _, opt := range opts {
		if opt == nil {
			panic("simnet: a nil Option; leave it out")
		}
		opt.of(n)
	}
	if n.rand == nil {
		n.rand = rand.New(rand.NewPCG(l.Rand().Uint64(), 0))
	}
	return n
}

// quietly has what is under way at the end of a program be no leak of it.
func quietly() future.CallOption {
	vars := new(coro.Vars)
	(*sched.Vars)(vars).Set(sched.QuietTree{}, true)
	return loop.InContext(vars)
}

// at has f called at a time. A coroutine that is torn down by a closed loop may close what it has: nothing
// comes of that.
func (n *Network) at(when time.Duration, f func()) (h loop.TimerHandle) {
	if !n.loop.IsClosed() {
		h = n.loop.CallAt(when, f, n.quiet)
	}
	return h
}

// Host is the host of that name, which is made when it is first asked for.
func (n *Network) Host(name string) *Host {
	h, ok := n.hosts[name]
	if !ok {
		if name == "" || isLocal(name) {
			panic(fmt.Sprintf("simnet: a host cannot be called %q", name))
		}
		h = newHost(n, name)
		n.hosts[name] = h
	}
	return h
}

// Path sets what is between two hosts, in both directions, for what is sent from now on.
func (n *Network) Path(a, b *Host, opts ...PathOption) {
	for _, opt := range opts {
		opt(&n.link(a, b).path)
		opt(&n.link(b, a).path)
	}
}

// Partition cuts these hosts off from all others, and heals what was cut before: what is sent between
// the two sides waits, and so does what is under way.
func (n *Network) Partition(side ...*Host) {
	n.apart = map[*Host]bool{}
	for _, h := range side {
		n.apart[h] = true
	}
	n.resume()
}

// Heal is the end of a partition.
func (n *Network) Heal() { n.Partition() }

// resume has what was held go on where it can.
func (n *Network) resume() {
	held := n.held
	n.held = nil
	for _, f := range held {
		f.resume()
	}
}

// Hash is a digest of all that has happened. Two runs with the same one were the same, to the byte and to the
// nanosecond.
func (n *Network) Hash() string { return n.log.hash() }

// Rand is where the network has its chance from, for tests that do to it what chance has them do.
func (n *Network) Rand() *rand.Rand { return n.rand }
