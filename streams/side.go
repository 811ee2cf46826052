package streams

import (
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/waits"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams/internal/network"
	"github.com/ouro-loop/ouro/timers"
)

// A side is one direction of a Conn: the operation that is under way, the line of those that come
// after it, and the deadline.
type side struct {
	conn     *Conn
	in       direction
	busy     bool
	line     coro.Waiters
	deadline deadline
}

func (s *side) init(c *Conn, in direction) { s.conn, s.in, s.deadline.side = c, in, s }

// enter waits until no operation is under way, and begins one. The error is the cancellation.
func (s *side) enter(co *coro.Co) error {
	if !s.busy && s.line.Empty() {
		s.busy = true
		return nil
	}
	woken, err := s.line.Wait(co, (*sideRole)(s))
	if err != nil && woken {
		s.leave() // to whom it may concern
	}
	return err
}

// leave hands on to the next in line, who is busy from then on.
func (s *side) leave() { s.busy = s.line.Wake(1) > 0 }

// lookAgain has an operation that waits see what has changed.
func (s *side) lookAgain() {
	s.conn.t.LookAgain(s.in)
	if s.in == writing {
		s.conn.kept.wakeEmpty()
	}
}

// A sideRole is what reports are told of those that wait in line.
type sideRole side

func (r *sideRole) Describe() string { return r.Wait().String() }

func (r *sideRole) Wait() waits.Info {
	return waits.Info{Kind: "turn", Text: "its turn to " + network.Operation(r.conn.t, r.in)}
}

// A deadline is in the loop's time.
type deadline struct {
	side  *side
	when  time.Duration
	isSet bool
	timer loop.TimerHandle
}

// over reports whether the deadline has come.
func (d *deadline) over() bool { return d.isSet && d.when <= d.side.conn.loop.Time() }

func (d *deadline) set(t time.Time) {
	d.timer.Cancel()
	if d.isSet = !t.IsZero(); !d.isSet {
		return
	}
	l := d.side.conn.loop
	d.when = timers.Deadline(l.Time(), network.Until(l, t))
	d.timer = l.CallAt(d.when, d.side.lookAgain)
}
