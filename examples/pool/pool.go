// Package pool lends connections, a few at a time, and loses the place of one whose opening is
// canceled: in time nobody gets a connection any more.
//
// Any await may end with a cancellation, also one that is a step on the way to something else. What
// was taken before it has to be given back.
package pool

import (
	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/locks"
)

// A Conn is a connection.
type Conn struct{}

// A Pool opens up to so many connections as it has places.
type Pool struct {
	Places *locks.Semaphore
	Open   func(co *coro.Co) (*Conn, error) // takes a while, and may fail

	idle []*Conn
}

// Get gives a connection, which is to be Put back.
func (p *Pool) Get(co *coro.Co) (*Conn, error) {
	if err := p.Places.Acquire(co); err != nil {
		return nil, err
	}
	return p.take(co)
}

// GetSafe is Get, and gives the place back if nothing comes of it.
func (p *Pool) GetSafe(co *coro.Co) (*Conn, error) {
	if err := p.Places.Acquire(co); err != nil {
		return nil, err
	}
	conn, err := p.take(co)
	if err != nil {
		p.Places.Release()
	}
	return conn, err
}

// take is an idle connection, or a new one.
func (p *Pool) take(co *coro.Co) (*Conn, error) {
	if n := len(p.idle); n > 0 {
		conn := p.idle[n-1]
		p.idle = p.idle[:n-1]
		return conn, nil
	}
	return p.Open(co)
}

// Put takes a connection back.
func (p *Pool) Put(c *Conn) {
	p.idle = append(p.idle, c)
	p.Places.Release()
}
