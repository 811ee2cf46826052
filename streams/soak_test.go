package streams_test

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

var soakTime = flag.Duration("soak", 0, "how long TestSoak goes on; 0 is for a moment")

// TestSoak has connections of all kinds come and go, those among them that are reset, canceled, or out of
// time, and looks from time to time that nothing is left of them: no memory, descriptor, goroutine or task.
//
//	go test ./streams -run TestSoak -soak 10m -timeout 30m -v
func TestSoak(t *testing.T) {
	const warm, least = 3, 6
	served(t, "tcp", "127.0.0.1:0", soaked, func(co *coro.Co, s *streams.Server) {
		var was left
		end := time.Now().Add(*soakTime)
		for block, told := 0, time.Now(); block < warm+least || time.Now().Before(end); block++ {
			soakBlock(t, co, s, uint64(block))
			now := leftOf(co)
			if block < warm {
				was = now
				continue
			}
			require.Equal(t, was.tasks, now.tasks, "tasks")
			require.LessOrEqual(t, now.descriptors, was.descriptors+fewDescriptors)
			require.LessOrEqual(t, now.goroutines, was.goroutines+fewGoroutines)
			require.LessOrEqual(t, now.heap, was.heap+was.heap/10+256<<10, "bytes")
			if time.Since(told) > time.Minute {
				told = time.Now()
				t.Logf("%d connections: %v", (block+1)*soakClients*soakRounds, now)
			}
		}
		t.Logf("at first %v; at last %v", was, leftOf(co))
	})
}

// Descriptors of the runtime may come late. Workers are as many as there have ever been tasks at a time,
// which a few more lucky clients than before may make.
const fewDescriptors, fewGoroutines = 3, 2 * soakClients

// left is what there is at a moment.
type left struct {
	tasks, goroutines, descriptors int
	heap                           uint64
}

func (l left) String() string {
	return fmt.Sprintf("%d tasks, %d goroutines, %d descriptors, %d kB", l.tasks, l.goroutines, l.descriptors, l.heap>>10)
}

// leftOf is what is left when all has ended that is about to. On Linux alone there are descriptors to
// count.
func leftOf(co *coro.Co) left {
	for range 20 { // for those who have yet to see that the other side has closed
		_ = coro.Sleep(co, time.Millisecond)
	}
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	descriptors, _ := os.ReadDir("/proc/self/fd")
	return left{len(coro.AllTasks(co)), runtime.NumGoroutine(), len(descriptors), m.HeapAlloc}
}

const soakRounds, soakClients = 4, 40

// soakBlock is some rounds of clients that come all at once.
func soakBlock(t *testing.T, co *coro.Co, s *streams.Server, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 1))
	for range soakRounds {
		var clients []future.Any
		for range soakClients {
			life := lives[random.IntN(len(lives))]
			clients = append(clients, coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return life(co, s.Addr()) })))
		}
		errs, err := coro.GatherErrors(co, clients...).Await(co)
		require.NoError(t, err)
		require.NoError(t, errors.Join(errs...))
	}
}

// soaked is the other side of all lives: the first byte says which.
func soaked(co *coro.Co, c *streams.Conn) error {
	what := make([]byte, 1)
	if _, err := io.ReadFull(c, what); err != nil {
		return nil // aborted at once
	}
	switch what[0] {
	case 'e':
		_, _ = io.Copy(onlyWriter{c}, onlyReader{c})
	case 't':
		over, err := startTLS(co, c, serverConfig(), streams.ServerSide())
		if err == nil {
			_, _ = io.Copy(over, over)
			_ = over.Close()
		}
	case 'w': // reads nothing
		_ = coro.Sleep(co, 2*time.Millisecond)
	}
	return nil
}

// lives are what may become of a client.
var lives = []func(co *coro.Co, addr net.Addr) error{
	lifeOf('e', func(co *coro.Co, c *streams.Conn) error { return echoed(co, c, 100, 5) }),
	lifeOf('e', func(co *coro.Co, c *streams.Conn) error { return echoed(co, c, 200_000, 1) }),
	lifeOf('e', func(co *coro.Co, c *streams.Conn) error {
		w := streams.NewWriter(c)
		if _, err := w.Write(make([]byte, 1000)); err != nil {
			return err
		}
		if err := c.CloseWrite(); err != nil {
			return err
		}
		got, err := streams.NewReader(c).ReadAll(co)
		return errors.Join(err, expect(len(got) == 1000, "an echo after CloseWrite of %d bytes", len(got)))
	}),
	lifeOf('e', func(_ *coro.Co, c *streams.Conn) error { return c.Abort() }),
	lifeOf('e', func(co *coro.Co, c *streams.Conn) error { return isCanceled(co, c.Read) }),
	lifeOf('e', func(co *coro.Co, c *streams.Conn) error {
		err := coro.Timeout(co, time.Millisecond, func(*coro.TimeoutScope) error { return c.WaitReadable(co) })
		return expect(future.IsTimeout(err), "a timeout, not %v", err)
	}),
	lifeOf('e', func(_ *coro.Co, c *streams.Conn) error {
		_ = c.SetDeadline(time.Now().Add(time.Millisecond))
		_, err := c.Read(make([]byte, 1))
		return expect(errors.Is(err, os.ErrDeadlineExceeded), "a deadline, not %v", err)
	}),
	lifeOf('w', func(co *coro.Co, c *streams.Conn) error {
		return isCanceled(co, func([]byte) (int, error) { return c.Write(make([]byte, 16<<20)) })
	}),
	lifeOf('t', func(co *coro.Co, c *streams.Conn) error {
		over, err := startTLS(co, c, clientConfig())
		if err != nil {
			return err
		}
		defer over.Close()
		return echoed(co, over, 20_000, 2)
	}),
	lifeOf('t', func(co *coro.Co, c *streams.Conn) error {
		_, err := startTLS(co, c, &tls.Config{ServerName: "other.test"})
		return expect(err != nil, "no trust")
	}),
	func(co *coro.Co, addr net.Addr) error {
		_, err := loop.ToThreadDo(func(context.Context) error { return lifeElsewhere(addr) })(co)
		return err
	},
	func(co *coro.Co, _ net.Addr) error {
		c, err := streams.ListenPacket(co, "udp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer c.Close()
		if _, err := c.WriteTo([]byte("to myself"), c.LocalAddr()); err != nil {
			return err
		}
		_, _, err = c.ReadFrom(make([]byte, 100))
		return err
	},
}

// lifeOf is that of a client which says what it is, lives, and is closed.
func lifeOf(what byte, life func(co *coro.Co, c *streams.Conn) error) func(co *coro.Co, addr net.Addr) error {
	return func(co *coro.Co, addr net.Addr) error {
		c, err := streams.Dial(co, addr.Network(), addr.String())
		if err != nil {
			return err
		}
		defer c.Close()
		if _, err := c.Write([]byte{what}); err != nil {
			return err
		}
		return life(co, c)
	}
}

func lifeElsewhere(addr net.Addr) error {
	c, err := net.Dial(addr.Network(), addr.String())
	if err != nil {
		return err
	}
	defer c.Close()
	p := []byte("e, on a goroutine")
	if _, err := c.Write(p); err != nil {
		return err
	}
	_, err = io.ReadFull(c, p[1:])
	return err
}

// echoed has so much echoed, so often.
func echoed(co *coro.Co, c *streams.Conn, size, times int) error {
	r, w := streams.NewReader(c), streams.NewWriter(c)
	for range times {
		if _, err := w.Write(make([]byte, size)); err != nil {
			return err
		}
		if _, err := r.ReadExactly(co, size); err != nil {
			return err
		}
	}
	return nil
}

// isCanceled has an operation wait, and canceled.
func isCanceled(co *coro.Co, operation func([]byte) (int, error)) error {
	task := coro.CreateTask(co, coro.Do(func(*coro.Co) error {
		_, err := operation(make([]byte, 1))
		return err
	}))
	if err := coro.Sleep(co, time.Millisecond); err != nil {
		return err
	}
	task.Cancel()
	err := coro.Await(co, task)
	return expect(future.IsCanceled(err), "a cancellation, not %v", err)
}

func expect(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf(format, args...)
}
