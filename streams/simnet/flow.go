package simnet

import (
	"syscall"
	"time"

	"github.com/ouro-loop/ouro/loop"
)

// A segment is what one end of a connection sends the other.
type segment struct {
	kind  kind
	data  []byte
	bytes int // of window
	at    time.Duration
}

type kind uint8

const (
	connect kind = iota
	accept
	established
	data
	end
	reset
	window
)

func (k kind) String() string {
	return [...]string{"connect", "accept", "established", "data", "end", "reset", "window"}[k]
}

// A flow is one direction of a connection. What is sent arrives in order.
type flow struct {
	link     *link
	from, to *socket
	queue    []segment // under way
	last     time.Duration
	isArmed  bool
	isHeld   bool
	room     int // bytes that the window still has
	giveUp   loop.TimerHandle
}

// send sends a segment, which belongs to the flow then.
func (f *flow) send(s segment) {
	f.last = max(f.last, f.link.arrival(len(s.data))+f.link.retries(len(s.data)))
	s.at = f.last
	f.queue = append(f.queue, s)
	f.arm()
}

// arm has the next segment arrive. One timer at a time keeps the order, whatever becomes of timers that
// are due at once.
func (f *flow) arm() {
	if len(f.queue) > 0 && !f.isArmed && !f.isHeld {
		f.isArmed = true
		f.link.net.at(f.queue[0].at, f.arrive)
	}
}

func (f *flow) arrive() {
	f.isArmed = false
	if len(f.queue) == 0 {
		return
	}
	if f.link.isDown() {
		f.hold()
		return
	}
	s := f.queue[0]
	f.queue = f.queue[1:]
	f.link.net.log.add(Event{f.link.net.loop.Time(), s.kind.String(), f.from.local.String(), f.to.local.String(), len(s.data)}, s.data)
	f.to.deliver(s)
	f.arm()
}

// How long what cannot arrive is sent again.
const (
	giveUpConnecting = 127 * time.Second
	giveUp           = 924 * time.Second
)

// hold keeps what is under way until the link is there again, or it is given up.
func (f *flow) hold() {
	f.isHeld = true
	f.link.net.held = append(f.link.net.held, f)
	after := giveUp
	if f.queue[0].kind == connect {
		after = giveUpConnecting
	}
	f.giveUp = f.link.net.at(f.link.net.loop.Time()+after, func() {
		f.queue = nil
		f.from.fail(syscall.ETIMEDOUT)
	})
}

// resume is told that the link may be there again. What was held is sent once more, some time after.
func (f *flow) resume() {
	if f.link.isDown() {
		f.link.net.held = append(f.link.net.held, f)
		return
	}
	f.isHeld = false
	f.giveUp.Cancel()
	queue := f.queue
	f.queue, f.last = nil, f.link.net.loop.Time()+time.Duration(f.link.net.rand.Int64N(int64(firstRetry)))
	for _, s := range queue {
		f.send(s)
	}
}

// drop loses what is under way and cannot arrive: nobody is there to send it again.
func (f *flow) drop() {
	if f.isHeld {
		f.queue = nil
		f.giveUp.Cancel()
	}
}
