package network

import (
	"errors"
	"net"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// InMemory is a part of transports that have no descriptor: who waits for them. Init comes first.
type InMemory struct {
	loop   *loop.Loop
	lines  [2]coro.Waiters
	roles  [2]Role
	asking []func()
	ending []func()
	hungUp bool
}

// Init makes m a part of the transport with these ends.
func (m *InMemory) Init(l *loop.Loop, ends Ends) {
	m.loop = l
	for in := range m.roles {
		m.roles[in] = Role{Ends: ends, In: Direction(in)}
	}
}

// Wait waits for the next LookAgain in this direction, which a transport calls when a try is worth it.
func (m *InMemory) Wait(co *coro.Co, in Direction) error {
	_, err := m.lines[in].Wait(co, &m.roles[in])
	return err
}

// LookAgain wakes those who Wait.
func (m *InMemory) LookAgain(in Direction) { m.lines[in].WakeAll() }

// Ask has f called at the next Writable.
func (m *InMemory) Ask(f func()) { m.asking = append(m.asking, f) }

// Writable is to be called when a TryWrite is worth it.
func (m *InMemory) Writable() {
	m.LookAgain(Writing)
	m.call(&m.asking)
}

func (m *InMemory) call(fs *[]func()) {
	if !m.loop.IsClosed() { // else it is the deferred Close of a coroutine that is torn down
		for _, f := range *fs {
			m.loop.CallSoon(f)
		}
	}
	*fs = nil
}

// WhenHungUp is that of a HangUpTransport.
func (m *InMemory) WhenHungUp(f func()) {
	m.ending = append(m.ending, f)
	if m.hungUp {
		m.HangUp()
	}
}

// HangUp is to be called when the other side sends nothing more, and at the end.
func (m *InMemory) HangUp() {
	m.hungUp = true
	m.LookAgain(Reading)
	m.call(&m.ending)
}

// ErrOnLoopOnly is why there is nothing for other goroutines: the loop has to do it for them.
var ErrOnLoopOnly = errors.New("streams: on the loop only")

// Blocking fails with ErrOnLoopOnly.
func (*InMemory) Blocking() (net.Conn, error) { return nil, ErrOnLoopOnly }

// Unblock does nothing: nobody blocks.
func (*InMemory) Unblock() {}

// SetBlockingDeadline does nothing.
func (*InMemory) SetBlockingDeadline(Direction, time.Time) {}
