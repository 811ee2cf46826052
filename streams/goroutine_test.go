package streams_test

import (
	"io"
	"net"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// What is asked here matters most where goroutines wait for sockets, and holds everywhere.

// noGoroutines fails the test if there are more at its end than there are now. Those that are about to
// end are given the processor.
func noGoroutines(t *testing.T) {
	t.Helper()
	require.NoError(t, loop.Main(func(*coro.Co) error { return nil })) // os/signal keeps a goroutine from its first use on
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		for start := time.Now(); runtime.NumGoroutine() > before; {
			runtime.Gosched()
			if runtime.GOARCH == "wasm" {
				<-time.After(time.Millisecond) // JavaScript's turn
			}
			if time.Since(start) > time.Minute {
				stacks := make([]byte, 1<<16)
				t.Fatalf("goroutines left:\n%s", stacks[:runtime.Stack(stacks, true)])
			}
		}
	})
}

// peer is a listener of package net, and a way to have the connections to it.
func peer(t *testing.T) (addr string, accept func() net.Conn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = ln.Close() })
	return ln.Addr().String(), func() net.Conn {
		c, err := ln.Accept()
		require.NoError(t, err)
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
}

// A connection that is adopted has none of the deadlines that it had.
func TestAdoptedDeadlines(t *testing.T) {
	addr, accept := peer(t)
	onMachine(t, func(co *coro.Co) {
		made, err := net.Dial("tcp", addr)
		require.NoError(t, err)
		require.NoError(t, made.SetDeadline(time.Unix(1, 0)))
		c, err := streams.Adopt(co, made)
		require.NoError(t, err)
		_, err = io.WriteString(accept(), "hello")
		require.NoError(t, err)
		_, err = io.ReadFull(c, make([]byte, 5))
		require.NoError(t, err)
		require.NoError(t, c.Close())
	})
}

// What comes after a Read was canceled is the next one's, wherever that is.
func TestCanceledReadTakesNothing(t *testing.T) {
	addr, accept := peer(t)
	onMachine(t, func(co *coro.Co) {
		c, err := streams.Dial(co, "tcp", addr)
		require.NoError(t, err)
		other := accept()
		for _, text := range []string{"hello", "world"} {
			err = coro.Timeout(co, time.Millisecond, func(*coro.TimeoutScope) error {
				_, err := c.Read(make([]byte, 1))
				return err
			})
			require.True(t, future.IsTimeout(err))
			_, err = io.WriteString(other, text)
			require.NoError(t, err)
			got := make([]byte, 5)
			read := func() error {
				_, err := io.ReadFull(c, got)
				return err
			}
			if text == "hello" {
				require.NoError(t, read())
			} else {
				elsewhere(t, co, read)
			}
			require.Equal(t, text, string(got))
		}
		require.NoError(t, c.Close())
	})
}

// A connection that comes after an Accept was canceled is the next one's.
func TestCanceledAcceptTakesNothing(t *testing.T) {
	onMachine(t, func(co *coro.Co) {
		ln, err := streams.Listen(co, "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		for range 3 {
			err := coro.Timeout(co, time.Millisecond, func(*coro.TimeoutScope) error {
				_, err := ln.Accept(co)
				return err
			})
			require.True(t, future.IsTimeout(err))
			c, err := streams.Dial(co, "tcp", ln.Addr().String())
			require.NoError(t, err)
			accepted, err := ln.Accept(co)
			require.NoError(t, err)
			require.Equal(t, c.LocalAddr().String(), accepted.RemoteAddr().String())
			require.NoError(t, c.Close())
			require.NoError(t, accepted.Close())
		}
		require.NoError(t, ln.Close())
	})
}

// What a Write has returned as sent arrives, though it was canceled, and the connection closed, while the
// other side did not read.
func TestCloseSendsWhatWasWritten(t *testing.T) {
	noGoroutines(t)
	addr, accept := peer(t)
	onMachine(t, func(co *coro.Co) {
		c, err := streams.Dial(co, "tcp", addr)
		require.NoError(t, err)
		other := accept()
		sent := 0
		err = coro.Timeout(co, 10*time.Millisecond, func(*coro.TimeoutScope) (err error) {
			sent, err = c.Write(make([]byte, 100<<20))
			return err
		})
		require.True(t, future.IsTimeout(err))
		require.NoError(t, c.Close())
		elsewhere(t, co, func() error {
			got, err := io.ReadAll(other)
			require.Len(t, got, sent)
			return err
		})
	})
}

// What was written arrives though the loop has ended.
func TestTheEndOfALoopSendsWhatWasWritten(t *testing.T) {
	for _, closes := range []bool{true, false} {
		addr, accept := peer(t)
		var c *streams.Conn
		require.NoError(t, loop.Main(func(co *coro.Co) (err error) {
			c, err = streams.Dial(co, "tcp", addr)
			require.NoError(t, err)
			_, err = io.WriteString(c, "hello")
			if closes {
				_ = c.Close()
			}
			return err
		}))
		other, got := accept(), make([]byte, 5)
		_, err := io.ReadFull(other, got)
		require.NoError(t, err)
		require.Equal(t, "hello", string(got))
		_ = c.Close()
		_, err = other.Read(got)
		require.Equal(t, io.EOF, err)
	}
}

// What nobody has taken when the loop ends is dropped if the connection was closed, or else still to be sent.
func TestTheEndOfALoopWithAFullConnection(t *testing.T) {
	if !streams.OnGoroutines() {
		t.Skip("the system has what was written, and it takes a connection in memory to know that nobody has taken it")
	}
	noGoroutines(t)
	for _, closes := range []bool{true, false} {
		mine, other := net.Pipe()
		var c *streams.Conn
		sent := 0
		require.NoError(t, loop.Main(func(co *coro.Co) (err error) {
			c, err = streams.Adopt(co, mine)
			require.NoError(t, err)
			err = coro.Timeout(co, time.Millisecond, func(*coro.TimeoutScope) (err error) {
				sent, err = c.Write(make([]byte, 1<<20))
				return err
			})
			require.True(t, future.IsTimeout(err))
			require.Positive(t, sent)
			if closes {
				return c.Close()
			}
			return nil
		}))
		if closes {
			sent = 0
		} else {
			require.NoError(t, c.Close())
		}
		got, err := io.ReadAll(other)
		require.NoError(t, err)
		require.Len(t, got, sent)
	}
}

// A loop that ends leaves nothing behind, whatever its tasks waited for; who has a connection still can use
// it on other goroutines.
func TestTheEndOfALoopWithWaits(t *testing.T) {
	noGoroutines(t)
	addr, accept := peer(t)
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	defer packets.Close()
	var full, idle *streams.Conn
	var ln *streams.Listener
	var other net.Conn
	require.NoError(t, loop.Main(func(co *coro.Co) (err error) {
		full, err = streams.Dial(co, "tcp", addr)
		require.NoError(t, err)
		accept()
		idle, err = streams.Dial(co, "tcp", addr)
		require.NoError(t, err)
		other = accept()
		ln, err = streams.Listen(co, "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		datagrams, err := streams.DialPacket(co, "udp", packets.LocalAddr().String())
		require.NoError(t, err)
		for _, wait := range []func(co *coro.Co) error{
			func(*coro.Co) error { _, err := full.Write(make([]byte, 100<<20)); return err },
			func(*coro.Co) error { _, err := full.Read(make([]byte, 1)); return err },
			func(*coro.Co) error { _, err := idle.Read(make([]byte, 1)); return err },
			func(co *coro.Co) error { _, err := ln.Accept(co); return err },
			func(*coro.Co) error { _, err := datagrams.Read(make([]byte, 1)); return err },
		} {
			testkit.Spawn(co, wait)
		}
		server, err := streams.Listen(co, "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		streams.Serve(co, server, func(co *coro.Co, _ *streams.Conn) error { return coro.Sleep(co, time.Hour) }, streams.CancelOnHangUp())
		client, err := net.Dial("tcp", server.Addr().String())
		require.NoError(t, err)
		t.Cleanup(func() { _ = client.Close() })
		return coro.Sleep(co, 10*time.Millisecond)
	}))
	_, err = io.WriteString(other, "hello")
	require.NoError(t, err)
	got := make([]byte, 5)
	_, err = io.ReadFull(idle, got)
	require.NoError(t, err)
	require.Equal(t, "hello", string(got))
	require.NoError(t, idle.Close())
	require.NoError(t, full.Abort())
	_ = ln.Close()
}

// A task that reads what is there, byte by byte, lets others run.
func TestReadsTakeTurns(t *testing.T) {
	const size, budget = 1000, 10
	addr, accept := peer(t)
	testkit.Run(t, func(co *coro.Co) {
		c, err := streams.Dial(co, "tcp", addr)
		require.NoError(t, err)
		_, err = accept().Write(make([]byte, size))
		require.NoError(t, err)
		ticks := testkit.CountTicks(loop.Of(co))
		for range size {
			_, err := c.Read(make([]byte, 1))
			require.NoError(t, err)
		}
		ticks.Stop()
		require.GreaterOrEqual(t, ticks.N(), size/budget-1)
		require.NoError(t, c.Close())
	}, loop.VirtualTime(false), loop.IOBudget(budget))
}

// An end of a pipe is read to its end, and a Close ends the wait for it.
func TestAdoptFile(t *testing.T) {
	if runtime.GOARCH == "wasm" {
		t.Skip("there are no pipes under WebAssembly")
	}
	onMachine(t, func(co *coro.Co) {
		adopted := func() (r, w *streams.Conn) {
			from, to, err := os.Pipe()
			require.NoError(t, err)
			r, err = streams.AdoptFile(co, from)
			require.NoError(t, err)
			w, err = streams.AdoptFile(co, to)
			require.NoError(t, err)
			return r, w
		}
		r, w := adopted()
		const size = 1 << 20 // more than fits into a pipe
		write := spawn(t, co, func(*coro.Co) error {
			_, err := w.Write(make([]byte, size))
			require.NoError(t, err)
			return w.CloseWrite()
		})
		got, err := streams.NewReader(r).ReadAll(co)
		require.NoError(t, err)
		require.Len(t, got, size)
		require.NoError(t, coro.Await(co, write))
		require.ErrorIs(t, w.Close(), net.ErrClosed, "CloseWrite has")
		elsewhere(t, co, func() error {
			_, err := r.Read(make([]byte, 1))
			require.Equal(t, io.EOF, err, "by way of the loop")
			return nil
		})
		require.NoError(t, r.Close())

		r, w = adopted()
		read := coro.CreateTask(co, coro.Do(func(*coro.Co) error {
			_, err := r.Read(make([]byte, 1))
			return err
		}))
		require.NoError(t, coro.Sleep(co, time.Millisecond))
		require.NoError(t, r.Close())
		require.ErrorIs(t, coro.Await(co, read), net.ErrClosed)
		require.NoError(t, w.Close())
	})
}

// While a task waits for what goroutines bring a virtual clock stands: the loop cannot see whether it has
// come.
func TestVirtualClockStandsForGoroutines(t *testing.T) {
	if !streams.OnGoroutines() {
		t.Skip("where descriptors are watched the clock goes on")
	}
	addr, accept := peer(t)
	testkit.Run(t, func(co *coro.Co) {
		c, err := streams.Dial(co, "tcp", addr)
		require.NoError(t, err)
		other := accept()
		require.Zero(t, loop.Of(co).Outside())
		loop.Of(co).CallSoon(func() {
			require.Equal(t, 1, loop.Of(co).Outside())
			go func() { _, _ = io.WriteString(other, "hello") }()
		})
		err = coro.Timeout(co, time.Hour, func(*coro.TimeoutScope) error {
			_, err := c.Read(make([]byte, 5))
			return err
		})
		require.NoError(t, err)
		require.Zero(t, co.Time())
		require.Zero(t, loop.Of(co).Outside())
		require.NoError(t, coro.Sleep(co, time.Hour), "while nobody waits it goes on")
		require.NoError(t, c.Close())
	})
}
