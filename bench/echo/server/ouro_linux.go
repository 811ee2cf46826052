package main

import (
	"io"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// onLoop has a task for each connection.
func onLoop(echo func(co *coro.Co, c *streams.Conn) error, opts ...loop.Option) func() error {
	return func() error {
		return loop.Main(func(co *coro.Co) error {
			ln, err := streams.Listen(co, "tcp", listenAddr)
			if err != nil {
				return err
			}
			announce(ln.Addr())
			return streams.Serve(co, ln, echo).ServeForever(co)
		}, opts...)
	}
}

// echoConn reads and writes as with a net.Conn.
func echoConn(_ *coro.Co, c *streams.Conn) error {
	p := make([]byte, bufferSize)
	for {
		n, err := c.Read(p)
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
		if _, err := c.Write(p[:n]); err != nil {
			return err
		}
	}
}

// buffers are those that nobody has in hand.
type buffers struct{ free [][]byte }

// echoWaiting has nothing in hand while it waits.
func echoWaiting(b *buffers) func(co *coro.Co, c *streams.Conn) error {
	return func(co *coro.Co, c *streams.Conn) error {
		for {
			if err := c.WaitReadable(co); err != nil {
				return err
			}
			p := b.take()
			n, err := c.Read(p)
			if err == nil {
				_, err = c.Write(p[:n])
			}
			b.give(p)
			switch {
			case err == io.EOF:
				return nil
			case err != nil:
				return err
			}
		}
	}
}

func (b *buffers) take() []byte {
	last := len(b.free) - 1
	if last < 0 {
		return make([]byte, bufferSize)
	}
	p := b.free[last]
	b.free = b.free[:last]
	return p
}

func (b *buffers) give(p []byte) { b.free = append(b.free, p) }

// echoStreams is what asyncio's documentation shows.
func echoStreams(co *coro.Co, c *streams.Conn) error {
	r, w := streams.NewReader(c), streams.NewWriter(c)
	for {
		data, err := r.ReadSome(co, bufferSize)
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
		if _, err := w.Write(data); err != nil {
			return err
		}
		if err := w.Drain(co); err != nil {
			return err
		}
	}
}
