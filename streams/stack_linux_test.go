//go:build !race

package streams_test

import (
	"io"
	"net"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/streams"
)

// TestStackOfWhoWaits: a task that has echoed something, and waits for more, has the stack still that it
// began with, of 2 KiB. There is room for 64 bytes of the handler's own.
func TestStackOfWhoWaits(t *testing.T) {
	needsDescriptors(t)
	for name, handler := range map[string]func(*coro.Co, *streams.Conn) error{
		"in Read": echoReading, "in WaitReadable": echoWaiting,
	} {
		t.Run(name, func(t *testing.T) {
			served(t, "unix", filepath.Join(t.TempDir(), "socket"), handler, func(co *coro.Co, s *streams.Server) {
				const n = 400
				defer beginSmall()()
				defer debug.SetGCPercent(debug.SetGCPercent(-1))
				before := stackBytes()
				elsewhere(t, co, func() error { return askFor(t, s.Addr(), n) })
				require.Less(t, (stackBytes()-before)/n, int64(3<<10))
			})
		})
	}
}

// askFor has so many connections echo something each, and leaves them open until the test is over.
func askFor(t *testing.T, addr net.Addr, conns int) error {
	for range conns {
		c, err := net.Dial(addr.Network(), addr.String())
		if err != nil {
			return err
		}
		t.Cleanup(func() { _ = c.Close() })
		p := make([]byte, 80)
		if _, err := c.Write(p); err != nil {
			return err
		}
		if _, err := io.ReadFull(c, p); err != nil {
			return err
		}
	}
	return nil
}

func echoReading(_ *coro.Co, c *streams.Conn) error {
	var own [64]byte
	p := make([]byte, len(own))
	for {
		n, err := c.Read(p)
		if err != nil {
			return nil // the test is over
		}
		copy(own[:], p)
		if _, err := c.Write(p[:n]); err != nil {
			return err
		}
		copy(p, own[:])
	}
}

func echoWaiting(co *coro.Co, c *streams.Conn) error {
	var own [64]byte
	p := make([]byte, len(own))
	for {
		if err := c.WaitReadable(co); err != nil {
			return nil // the test is over
		}
		n, err := c.Read(p)
		if err != nil {
			return err
		}
		copy(own[:], p)
		if _, err := c.Write(p[:n]); err != nil {
			return err
		}
		copy(p, own[:])
	}
}

// beginSmall has stacks begin with as little as they can, until the next garbage collection: they begin with
// what they needed on average at the last one. What it returns ends those that needed little.
func beginSmall() (end func()) {
	over := make(chan struct{})
	var started sync.WaitGroup
	for range 10_000 {
		started.Add(1)
		go func() {
			started.Done()
			<-over
		}()
	}
	started.Wait()
	runtime.GC()
	return func() { close(over) }
}

func stackBytes() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.StackInuse)
}
