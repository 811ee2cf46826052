//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package driver_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/driver"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/internal/waits"
	"github.com/ouro-loop/ouro/loop"
)

// pair is two connected sockets that do not block, closed at the end of the test.
func pair(t testing.TB) (a, b int) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	require.NoError(t, err)
	for _, fd := range fds {
		require.NoError(t, unix.SetNonblock(fd, true))
		unix.CloseOnExec(fd)
		t.Cleanup(func() { _ = unix.Close(fd) })
	}
	return fds[0], fds[1]
}

func register(t testing.TB, co *coro.Co, fd int) *driver.Descriptor {
	t.Helper()
	d, err := driver.Of(co)
	require.NoError(t, err)
	registered, err := d.Register(fd, nil)
	require.NoError(t, err)
	return registered
}

// read reads what is there, and waits until something is.
func read(co *coro.Co, d *driver.Descriptor, p []byte) (int, error) {
	for {
		if err := d.Await(co, driver.Read); err != nil {
			return 0, err
		}
		n, err := unix.Read(d.FD(), p)
		switch {
		case err == unix.EAGAIN:
			d.Blocked(driver.Read)
		case err != nil:
			return 0, err
		default:
			return n, nil
		}
	}
}

// write writes all of p.
func write(co *coro.Co, d *driver.Descriptor, p []byte) error {
	for len(p) > 0 {
		if err := d.Await(co, driver.Write); err != nil {
			return err
		}
		n, err := unix.Write(d.FD(), p)
		switch {
		case err == unix.EAGAIN:
			d.Blocked(driver.Write)
		case err != nil:
			return err
		default:
			p = p[n:]
		}
	}
	return nil
}

// main runs f as the main task of a loop.
func main(t *testing.T, f func(co *coro.Co), opts ...loop.Option) {
	t.Helper()
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		f(co)
		return nil
	}, append(opts, loop.Interrupts(false))...))
}

// do spawns a task.
func do(co *coro.Co, f func(co *coro.Co) error) *coro.Task[coro.None] {
	return coro.CreateTask(co, coro.Do(f))
}

// A task that finds nothing waits; what comes wakes it in the iteration that sees it.
func TestDescriptorAwait(t *testing.T) {
	main(t, func(co *coro.Co) {
		a, b := pair(t)
		d := register(t, co, a)
		var tr testkit.Trace
		reader := do(co, func(co *coro.Co) error {
			p := make([]byte, 10)
			for {
				n, err := read(co, d, p)
				if n == 0 || err != nil {
					tr.Add("end")
					return err
				}
				tr.Add("%s", p[:n])
			}
		})
		require.NoError(t, coro.Sleep(co, 0))
		for _, s := range []string{"one", "two"} {
			_, err := unix.Write(b, []byte(s))
			require.NoError(t, err)
			for len(tr) == 0 || tr[len(tr)-1] != s {
				require.NoError(t, coro.Sleep(co, time.Microsecond))
			}
		}
		require.NoError(t, unix.Shutdown(b, unix.SHUT_WR))
		require.NoError(t, coro.Await(co, reader))
		require.Equal(t, testkit.Trace{"one", "two", "end"}, tr)
		d.Close()
	})
}

// Megabytes go to and fro, through buffers that are always full or empty.
func TestDescriptorsBothWays(t *testing.T) {
	size := 4 << 20
	if testing.Short() {
		size = 1 << 18
	}
	main(t, func(co *coro.Co) {
		a, b := pair(t)
		mine, other := register(t, co, a), register(t, co, b)
		echo := do(co, func(co *coro.Co) error {
			p := make([]byte, 1<<16)
			for {
				n, err := read(co, other, p)
				if n == 0 || err != nil {
					return errors.Join(err, unix.Shutdown(other.FD(), unix.SHUT_WR))
				}
				if err := write(co, other, p[:n]); err != nil {
					return err
				}
			}
		})
		sender := do(co, func(co *coro.Co) error {
			p := make([]byte, 100_000)
			for sent := 0; sent < size; sent += len(p) {
				for i := range p {
					p[i] = byte((sent + i) % 251)
				}
				if err := write(co, mine, p[:min(len(p), size-sent)]); err != nil {
					return err
				}
			}
			return unix.Shutdown(mine.FD(), unix.SHUT_WR)
		})
		p := make([]byte, 1<<14)
		got := 0
		for {
			n, err := read(co, mine, p)
			require.NoError(t, err)
			if n == 0 {
				break
			}
			for i := range p[:n] {
				if p[i] != byte((got+i)%251) {
					t.Fatalf("byte %d is %d", got+i, p[i])
				}
			}
			got += n
		}
		require.Equal(t, size, got)
		require.NoError(t, coro.Await(co, echo))
		require.NoError(t, coro.Await(co, sender))
	})
}

// A read that gets less than it asked for need not be tried again; not so after a hang-up.
func TestDescriptorShort(t *testing.T) {
	main(t, func(co *coro.Co) {
		a, b := pair(t)
		d := register(t, co, a)
		p := make([]byte, 10)
		short := func() int {
			require.NoError(t, d.Await(co, driver.Read))
			n, err := unix.Read(a, p)
			require.NoError(t, err)
			d.Short(driver.Read)
			return n
		}
		_, err := unix.Write(b, []byte("abc"))
		require.NoError(t, err)
		require.Equal(t, 3, short())
		later := do(co, func(co *coro.Co) error {
			_, err := unix.Write(b, []byte("de"))
			return errors.Join(err, unix.Shutdown(b, unix.SHUT_WR))
		})
		require.Equal(t, 2, short(), "an event brings it, and the hang-up with it")
		require.Equal(t, 0, short(), "no event would come for the end")
		require.Equal(t, 0, short())
		require.NoError(t, coro.Await(co, later))
	})
}

// A cancellation ends the wait, and takes nothing: neither data nor another's turn.
func TestDescriptorCancel(t *testing.T) {
	main(t, func(co *coro.Co) {
		a, b := pair(t)
		d := register(t, co, a)
		var tr testkit.Trace
		tasks := map[string]*coro.Task[coro.None]{}
		for _, name := range []string{"first", "second", "third"} {
			tasks[name] = do(co, func(co *coro.Co) error {
				p := make([]byte, 1)
				_, err := read(co, d, p)
				tr.Add("%s: %s %v", name, p, err)
				return err
			})
		}
		require.NoError(t, coro.Sleep(co, 0))
		tasks["second"].Cancel()
		require.ErrorIs(t, coro.Await(co, tasks["second"]), context.Canceled)
		_, err := unix.Write(b, []byte("x"))
		require.NoError(t, err)
		require.NoError(t, coro.Await(co, tasks["first"]))
		_, err = unix.Write(b, []byte("y"))
		require.NoError(t, err)
		require.NoError(t, coro.Await(co, tasks["third"]))
		require.Equal(t, testkit.Trace{"second: \x00 " + coro.Await(co, tasks["second"]).Error(), "first: x <nil>", "third: y <nil>"}, tr)

		// Canceled when it was woken already: what woke it is still there.
		last := do(co, func(co *coro.Co) error { _, err := read(co, d, make([]byte, 1)); return err })
		require.NoError(t, coro.Sleep(co, 0))
		_, err = unix.Write(b, []byte("z"))
		require.NoError(t, err)
		d.LookAgain(driver.Read)
		last.Cancel()
		require.ErrorIs(t, coro.Await(co, last), context.Canceled)
		p := make([]byte, 1)
		_, err = read(co, d, p)
		require.NoError(t, err)
		require.Equal(t, "z", string(p))
	})
}

// Close wakes all who wait, in both directions; after it there is nothing to await.
func TestDescriptorClose(t *testing.T) {
	main(t, func(co *coro.Co) {
		a, _ := pair(t)
		d := register(t, co, a)
		d.Blocked(driver.Read | driver.Write)
		var waiting []*coro.Task[coro.None]
		for _, in := range []driver.Direction{driver.Read, driver.Write, driver.Read} {
			waiting = append(waiting, do(co, func(co *coro.Co) error { return d.Await(co, in) }))
		}
		require.NoError(t, coro.Sleep(co, 0))
		d.Close()
		d.Close()
		for _, w := range waiting {
			require.ErrorIs(t, coro.Await(co, w), os.ErrClosed)
		}
		require.ErrorIs(t, d.Await(co, driver.Read), os.ErrClosed)
		again := register(t, co, a)
		require.NotSame(t, d, again)
		d.Close()
		require.NoError(t, again.Await(co, driver.Write), "that is another registration")
		again.Close()
	})
}

// LookAgain wakes those of one direction, though nothing is ready.
func TestDescriptorLookAgain(t *testing.T) {
	main(t, func(co *coro.Co) {
		a, _ := pair(t)
		d := register(t, co, a)
		d.Blocked(driver.Read | driver.Write)
		var tr testkit.Trace
		for name, in := range map[string]driver.Direction{"reader": driver.Read, "writer": driver.Write} {
			do(co, func(co *coro.Co) error {
				_ = d.Await(co, in)
				tr.Add("%s", name)
				return nil
			})
		}
		require.NoError(t, coro.Sleep(co, 0))
		d.LookAgain(driver.Read)
		require.NoError(t, coro.Sleep(co, 0))
		require.Equal(t, testkit.Trace{"reader"}, tr)
		d.Close()
		require.NoError(t, coro.Sleep(co, 0))
		require.Equal(t, testkit.Trace{"reader", "writer"}, tr)
	})
}

// Once calls back where Await would return: at an event, at a LookAgain, at Close, or at once.
func TestDescriptorOnce(t *testing.T) {
	main(t, func(co *coro.Co) {
		a, b := pair(t)
		d := register(t, co, a)
		var tr testkit.Trace
		once := func(what string) { d.Once(driver.Read, func() { tr.Add("%s", what) }) }
		turn := func(want ...string) {
			t.Helper()
			for range 2 {
				require.NoError(t, coro.Sleep(co, time.Microsecond))
			}
			require.Equal(t, testkit.Trace(want), tr)
			tr = nil
		}
		once("it is ready")
		require.Empty(t, tr, "not inside of the call")
		turn("it is ready")
		d.Blocked(driver.Read)
		once("one")
		once("two")
		turn()
		_, err := unix.Write(b, []byte("x"))
		require.NoError(t, err)
		turn("one", "two")
		turn()
		d.Blocked(driver.Read)
		once("look")
		d.LookAgain(driver.Write)
		turn()
		d.LookAgain(driver.Read)
		turn("look")
		once("closed")
		d.Close()
		once("closed before")
		turn("closed", "closed before")
	})
}

// What cannot be registered, is registered, or is AddReader's, is refused with a word.
// CPython: test_unix_events.TestFunctional.test_add_reader_or_writer_transport_fd
func TestRegisterRefuses(t *testing.T) {
	main(t, func(co *coro.Co) {
		d, err := driver.Of(co)
		require.NoError(t, err)
		a, b := pair(t)
		_, err = d.Register(-1, nil)
		require.ErrorIs(t, err, unix.EBADF)
		registered := register(t, co, a)
		_, err = d.Register(a, nil)
		require.ErrorContains(t, err, "is used by the transport of")
		l := loop.Of(co)
		_, err = l.AddReader(a, func() {})
		require.ErrorContains(t, err, "is used by the transport of")
		require.False(t, l.RemoveReader(a))
		_, err = l.AddWriter(a, func() {})
		require.ErrorContains(t, err, "is used by the transport of")
		require.False(t, l.RemoveWriter(a))
		_, err = l.AddReader(b, func() {})
		require.NoError(t, err)
		_, err = d.Register(b, nil)
		require.ErrorContains(t, err, "remove it first")
		require.NoError(t, registered.Await(co, driver.Write), "it is as it was")
	})
}

// A loop that takes nothing from outside, that is recorded, or replayed, refuses transports.
func TestDriverRefused(t *testing.T) {
	for name, opt := range map[string]loop.Option{
		"hermetic": loop.Hermetic(true),
		"recorded": loop.RecordTo(new(strings.Builder)),
	} {
		main(t, func(co *coro.Co) {
			_, err := driver.Of(co)
			require.Error(t, err, name)
			if name == "hermetic" {
				require.ErrorIs(t, err, loop.ErrHermetic)
			} else {
				require.ErrorContains(t, err, "cannot be recorded")
			}
		}, opt)
	}
}

// A task of another loop cannot wait.
func TestDescriptorOfAnotherLoop(t *testing.T) {
	a, _ := pair(t)
	main(t, func(co *coro.Co) {
		d := register(t, co, a)
		var other sync.WaitGroup
		other.Go(func() {
			_ = loop.Main(func(co *coro.Co) error {
				if err := d.Await(co, driver.Read); !errors.Is(err, coro.ErrOtherLoop) {
					t.Error(err)
				}
				return nil
			}, loop.Interrupts(false))
		})
		other.Wait()
	})
}

type owner struct{}

func (owner) Wait(in driver.Direction) waits.Info {
	return waits.Info{Kind: "read", Text: "read from s:80"}
}

// Under virtual time a loop waits for a descriptor that a task waits for; if none does, its
// descriptors keep no deadlock from being found, which names what a transport is waited for.
func TestDescriptorAndVirtualTime(t *testing.T) {
	a, b := pair(t)
	main(t, func(co *coro.Co) {
		d := register(t, co, a)
		require.NoError(t, coro.Sleep(co, time.Hour))
		var sender sync.WaitGroup
		sender.Go(func() {
			if _, err := unix.Write(b, []byte("x")); err != nil {
				t.Error(err)
			}
		})
		n, err := read(co, d, make([]byte, 10))
		require.NoError(t, err)
		require.Equal(t, 1, n)
		require.Equal(t, time.Hour, loop.Of(co).Time())
		sender.Wait()
		d.Close()
	}, loop.VirtualTime(true))

	l := loop.New(loop.VirtualTime(true))
	_, err := loop.RunUntilComplete(l, coro.Do(func(co *coro.Co) error {
		register(t, co, a)
		return coro.Await(co, coro.NewFuture[int](co))
	}))
	var deadlock *loop.DeadlockError
	require.ErrorAs(t, err, &deadlock)
	require.NoError(t, l.Close())
}

// Reports say what a task waits for.
func TestDescriptorInReports(t *testing.T) {
	a, b := pair(t)
	main(t, func(co *coro.Co) {
		d, err := driver.Of(co)
		require.NoError(t, err)
		named, err := d.Register(a, owner{})
		require.NoError(t, err)
		plain := register(t, co, b)
		named.Blocked(driver.Read)
		plain.Blocked(driver.Read | driver.Write)
		do(co, func(co *coro.Co) error { return named.Await(co, driver.Read) })
		do(co, func(co *coro.Co) error { return plain.Await(co, driver.Write) })
		do(co, func(co *coro.Co) error { return plain.Await(co, driver.Read) })
		require.NoError(t, coro.Sleep(co, 0))
		var report strings.Builder
		require.NoError(t, loop.Of(co).Snapshot().WritePS(&report))
		for _, want := range []string{"read from s:80", "to be writable", "to be readable"} {
			require.Contains(t, report.String(), want)
		}
	})
}

// A wait allocates nothing.
func TestDescriptorAwaitDoesNotAllocate(t *testing.T) {
	main(t, func(co *coro.Co) {
		a, b := pair(t)
		d := register(t, co, a)
		one := make([]byte, 1)
		l := loop.Of(co)
		send := func() { _, _ = unix.Write(b, one) }
		require.Zero(t, testing.AllocsPerRun(100, func() {
			l.CallSoon(send)
			_, _ = read(co, d, one)
			d.Blocked(driver.Read)
		}))
	})
}

// Close of a loop in the middle of a wait unwinds the task, whose deferred functions may close.
func TestLoopClosesWhileWaiting(t *testing.T) {
	a, _ := pair(t)
	l := loop.New(loop.OnException(func(*loop.Loop, future.ErrorContext) {}))
	var d *driver.Descriptor
	closed := false
	coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
		d = register(t, co, a)
		d.Blocked(driver.Read)
		defer func() {
			d.Close()
			closed = true
		}()
		return d.Await(co, driver.Read)
	}))
	testkit.Iterate(t, l)
	require.NoError(t, l.Close())
	require.True(t, closed)
	d.LookAgain(driver.Read)
	d.Close()
}
