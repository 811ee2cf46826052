package simnet

import (
	"math"
	"time"
)

// A path is what packets meet.
type path struct {
	least, most time.Duration
	loss        float64
	bandwidth   int // bytes a second, 0 for no bound
}

// packetSize is how many bytes are lost together.
const packetSize = 1460

// A link is the way from one host to another.
type link struct {
	net      *Network
	from, to *Host
	path     path
	free     time.Duration // from then on it carries the next
}

func (n *Network) link(from, to *Host) *link {
	k := ends{from, to}
	l, ok := n.links[k]
	if !ok {
		l = &link{net: n, from: from, to: to, path: n.path}
		if from == to {
			l.path = path{}
		}
		n.links[k] = l
	}
	return l
}

// isDown reports whether nothing arrives.
func (l *link) isDown() bool { return l.to.down || l.net.apart[l.from] != l.net.apart[l.to] }

// arrival is when something would arrive that is sent now, if no packet is lost.
func (l *link) arrival(bytes int) time.Duration {
	begin := max(l.net.loop.Time(), l.free)
	if l.path.bandwidth > 0 {
		begin += time.Duration(float64(bytes) / float64(l.path.bandwidth) * float64(time.Second))
		l.free = begin
	}
	at := begin + l.path.least
	if spread := l.path.most - l.path.least; spread > 0 {
		at += time.Duration(l.net.rand.Int64N(int64(spread) + 1))
	}
	return at
}

// isLost reports whether one of the packets is lost that so many bytes are in.
func (l *link) isLost(bytes int) bool {
	if l.path.loss == 0 {
		return false
	}
	packets := max(1, (bytes+packetSize-1)/packetSize)
	return l.net.rand.Float64() > math.Pow(1-l.path.loss, float64(packets))
}

// How long it takes until what was lost is sent again: the first time, and at most.
const (
	firstRetry = 200 * time.Millisecond
	lastRetry  = 2 * time.Minute
)

// retries is how much later something arrives since packets of it are lost.
func (l *link) retries(bytes int) (later time.Duration) {
	for wait := firstRetry; l.isLost(bytes); wait = min(2*wait, lastRetry) {
		later += wait
		bytes = packetSize // the others have arrived
	}
	return later
}
