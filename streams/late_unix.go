//go:build unix

package streams

import (
	"net"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// A late is a connection that package net has made on a goroutine of the program's. What the loop needs
// to watch it is there once a coroutine uses it.
type late struct {
	net.Conn // for other goroutines

	on  *loop.Loop
	now transport // for coroutines, nil until one uses it
}

func (descriptors) late(on *loop.Loop, c net.Conn) transport { return &late{Conn: c, on: on} }

func (t *late) begin() (err error) {
	if t.now == nil {
		t.now, err = descriptors{}.share(t.on, t.Conn)
	}
	return err
}

func (t *late) Await(co *coro.Co, in direction) error {
	if err := t.begin(); err != nil {
		return err
	}
	return t.now.Await(co, in)
}

func (t *late) LookAgain(in direction) {
	if t.now != nil {
		t.now.LookAgain(in)
	}
}

func (t *late) TryRead(p []byte) (int, error) {
	if err := t.begin(); err != nil {
		return 0, err
	}
	return t.now.TryRead(p)
}

func (t *late) TryWrite(p []byte) (int, error) {
	if err := t.begin(); err != nil {
		return 0, err
	}
	return t.now.TryWrite(p)
}

func (t *late) TryReadable() error {
	if err := t.begin(); err != nil {
		return err
	}
	return t.now.TryReadable()
}

// WhenWritable comes after a TryWrite.
func (t *late) WhenWritable(f func()) { t.now.WhenWritable(f) }

func (t *late) CloseWrite() error {
	if err := t.begin(); err != nil {
		return err
	}
	return t.now.CloseWrite()
}

func (t *late) Close(abort bool) error {
	err := t.Conn.Close() // which Unblock may have done
	if t.now != nil {
		err = t.now.Close(abort)
	}
	return err
}

func (t *late) Blocking() (net.Conn, error) { return t.Conn, nil }
func (t *late) Unblock()                    { _ = t.Conn.Close() }

func (t *late) SetBlockingDeadline(in direction, at time.Time) {
	if in == reading {
		_ = t.SetReadDeadline(at)
	} else {
		_ = t.SetWriteDeadline(at)
	}
}

func (t *late) Network() string { return t.LocalAddr().Network() }
