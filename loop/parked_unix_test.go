//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package loop_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/driver"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// register has fd watched for a transport.
func register(t *testing.T, co *coro.Co, fd int) *driver.Descriptor {
	t.Helper()
	d, err := driver.Of(co)
	require.NoError(t, err)
	registered, err := d.Register(fd, nil)
	require.NoError(t, err)
	return registered
}

// readOnce reads what comes.
func readOnce(co *coro.Co, d *driver.Descriptor, p []byte) (int, error) {
	for {
		if err := d.Await(co, driver.Read); err != nil {
			return 0, err
		}
		n, err := unix.Read(d.FD(), p)
		if err != unix.EAGAIN {
			return n, err
		}
		d.Blocked(driver.Read)
	}
}

// echoes has the loop echo what comes from a, as a transport does, or with AddReader.
var echoes = map[string]func(t *testing.T, co *coro.Co, a int){
	"socket": func(t *testing.T, co *coro.Co, a int) {
		d := register(t, co, a)
		coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			defer d.Close()
			p := make([]byte, 100)
			for {
				n, err := readOnce(co, d, p)
				if n <= 0 || err != nil {
					return err
				}
				if _, err := unix.Write(a, p[:n]); err != nil {
					return err
				}
			}
		}))
	},
	"AddReader": func(t *testing.T, co *coro.Co, a int) {
		l := loop.Of(co)
		_, err := l.AddReader(a, func() {
			p := make([]byte, 100)
			n, err := unix.Read(a, p)
			if n > 0 && err == nil {
				_, err = unix.Write(a, p[:n])
			}
			if n == 0 || err != nil {
				l.RemoveReader(a)
			}
		})
		require.NoError(t, err)
	},
}

// Goroutines post, ask and send bytes, each in its turn when the answer has come: a wake that is lost
// leaves all of them waiting. So there is a case for each alone, in which nobody else wakes the loop.
func TestNoLostWake(t *testing.T) {
	noLeak(t)
	rounds := 1000
	if testing.Short() || raceEnabled {
		rounds = 300
	}
	defer time.AfterFunc(2*time.Minute, func() { panic("a wake is lost") }).Stop()
	for name, echo := range echoes {
		for _, tt := range []struct {
			name                               string
			posts, asks, peers, bursts, sleeps int
		}{
			{name: "posts", posts: 1},
			{name: "questions", asks: 1},
			{name: "a peer", peers: 1},
			{name: "bursts", bursts: 1},
			{name: "everything", posts: 2, asks: 1, peers: 3, bursts: 1, sleeps: 1},
		} {
			for _, own := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s/own %v", name, tt.name, own), func(t *testing.T) {
					w := &wakers{t: t, rounds: rounds}
					require.NoError(t, loop.Main(func(co *coro.Co) error {
						w.over = coro.NewFuture[coro.None](co)
						w.loop = loop.Of(co)
						a, _ := pair(t)
						echo(t, co, a) // to which nobody writes
						peer := func() *os.File {
							a, b := pair(t)
							echo(t, co, a)
							return peerOf(t, b)
						}
						w.left.Add(1) // until all have begun
						for range tt.posts {
							w.begin(w.post())
						}
						for range tt.asks {
							w.begin(w.ask)
						}
						for range tt.peers {
							w.begin(w.send(peer()))
						}
						for range tt.bursts {
							post, again, send := w.post(), w.post(), w.send(peer())
							w.begin(func() {
								for range 20 {
									post()
								}
								var both sync.WaitGroup
								both.Go(send)
								again()
								both.Wait()
							})
						}
						for range tt.sleeps {
							sleeper := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
								for {
									if err := coro.Sleep(co, 30*time.Microsecond); err != nil {
										return err
									}
								}
							}))
							defer sleeper.Cancel()
						}
						w.end()
						_, err := w.over.Await(co)
						return err
					}, loop.Interrupts(false), loop.OwnPoller(own)))
					w.goroutines.Wait()
				})
			}
		}
	}
}

// wakers are goroutines that wake a loop.
type wakers struct {
	t          *testing.T
	loop       *loop.Loop
	rounds     int
	goroutines sync.WaitGroup
	left       atomic.Int32
	over       *future.Future[coro.None]
}

// begin has a goroutine call f so many times.
func (w *wakers) begin(f func()) {
	w.left.Add(1)
	w.goroutines.Go(func() {
		for range w.rounds {
			f()
		}
		w.end()
	})
}

func (w *wakers) end() {
	if w.left.Add(-1) == 0 {
		if _, err := w.loop.CallSoonThreadsafe(func() { _ = w.over.SetResult(coro.None{}) }); err != nil {
			w.t.Error(err)
		}
	}
}

func (w *wakers) post() func() {
	came := make(chan struct{}, 1)
	return func() {
		if _, err := w.loop.CallSoonThreadsafe(func() { came <- struct{}{} }); err != nil {
			w.t.Error(err)
		}
		<-came
	}
}

func (w *wakers) ask() {
	if _, err := loop.Inspect(context.Background(), w.loop); err != nil {
		w.t.Error(err)
	}
}

func (w *wakers) send(peer *os.File) func() {
	return func() {
		p := []byte{1, 2}
		if _, err := peer.Write(p); err != nil {
			w.t.Error(err)
		}
		if _, err := io.ReadFull(peer, p); err != nil {
			w.t.Error(err)
		}
	}
}

// peerOf is the other end of a socket, for a goroutine. The end of the test shuts it down.
func peerOf(t *testing.T, fd int) *os.File {
	own, err := unix.Dup(fd)
	require.NoError(t, err)
	peer := os.NewFile(uintptr(own), "peer") // non-blocking, as fd is: it parks the goroutine
	t.Cleanup(func() { _ = peer.Close() })
	return peer
}

// waitOn has a task wait for a socket to which nobody writes.
func waitOn(t *testing.T, co *coro.Co) (peer int) {
	t.Helper()
	a, b := pair(t)
	d := register(t, co, a)
	d.Blocked(driver.Read)
	coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return d.Await(co, driver.Read) }))
	return b
}

// A timer ends the wait for descriptors in time, whatever woke the loop before.
func TestTimersWhileDescriptorsAreWaitedFor(t *testing.T) {
	noLeak(t)
	for _, own := range []bool{false, true} {
		require.NoError(t, loop.Main(func(co *coro.Co) error {
			waitOn(t, co)
			l := loop.Of(co)
			for range 20 {
				if _, err := loop.ToThread(func(context.Context) (int, error) { return 1, nil }).Await(co); err != nil {
					return err
				}
				before := l.Time()
				if err := coro.Sleep(co, time.Millisecond); err != nil {
					return err
				}
				require.GreaterOrEqual(t, l.Time()-before, time.Millisecond)
			}
			return nil
		}, loop.Interrupts(false), loop.OwnPoller(own)))
	}
}

// A virtual clock that waits for work that is out says so, also in the driver, and waits on.
func TestVirtualClockStandsStillInTheDriver(t *testing.T) {
	noLeak(t)
	defer loop.SetPatience(time.Millisecond)()
	var out lockedBuffer
	told := make(chan struct{})
	out.wrote = func() { close(told) }
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		waitOn(t, co)
		release := loop.Of(co).Hold()
		go func() {
			<-told
			release()
		}()
		return coro.Sleep(co, time.Hour)
	}, loop.VirtualTime(true), loop.Logger(slog.New(slog.NewTextHandler(&out, nil))), loop.Interrupts(false)))
	require.Contains(t, out.String(), "The virtual clock stands still: it waits for 1 hold")
}

// A Hold that is released while the loop is awake, about to wait for it and for a descriptor, is not missed.
func TestVirtualClockReleasedBeforeTheWait(t *testing.T) {
	noLeak(t)
	defer loop.SetPatience(time.Millisecond)()
	var out lockedBuffer
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		waitOn(t, co)
		out.wrote = loop.Of(co).Hold() // the loop itself releases it, between two waits
		return coro.Sleep(co, time.Hour)
	}, loop.VirtualTime(true), loop.Logger(slog.New(slog.NewTextHandler(&out, nil))), loop.Interrupts(false)))
}

// An application that steps the loop is woken by a descriptor that a task waits for, and not by one
// that nobody does.
func TestStepOfATransport(t *testing.T) {
	noLeak(t)
	l := realLoop(t)
	wake := make(chan struct{}, 100)
	l.OnWake(func() { wake <- struct{}{} })
	a, b := pair(t)
	var d *driver.Descriptor
	var tr testkit.Trace
	task := coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
		d = register(t, co, a)
		for {
			p := make([]byte, 10)
			n, err := readOnce(co, d, p)
			if n <= 0 || err != nil {
				return err
			}
			tr.Add("%s", p[:n])
		}
	}))
	require.NoError(t, l.RunUntilIdle())
	require.True(t, l.Idle())
	for _, s := range []string{"a", "b"} {
		_, err := unix.Write(b, []byte(s))
		require.NoError(t, err)
		for len(tr) == 0 || tr[len(tr)-1] != s {
			<-wake
			require.NoError(t, l.RunUntilIdle())
		}
	}
	require.Equal(t, testkit.Trace{"a", "b"}, tr)
	require.NoError(t, unix.Shutdown(b, unix.SHUT_WR))
	for !task.Done() {
		<-wake
		require.NoError(t, l.Step())
	}
	d.Close()
}

// A guest is woken by the descriptor that its task waits for.
func TestGuestWithATransport(t *testing.T) {
	noLeak(t)
	a, b := pair(t)
	m := newMainLoop()
	loop.RunGuest(func(co *coro.Co) (string, error) {
		d := register(t, co, a)
		defer d.Close()
		var got string
		for range 3 {
			go func() {
				if _, err := unix.Write(b, []byte("x")); err != nil {
					t.Error(err)
				}
			}()
			p := make([]byte, 10)
			n, err := readOnce(co, d, p)
			if err != nil {
				return got, err
			}
			got += string(p[:n])
		}
		return got, nil
	}, m.soon, func(v string, err error) {
		m.ended = true
		require.NoError(t, err)
		require.Equal(t, "xxx", v)
	}, loop.Interrupts(false))
	m.run(t)
}

// Under virtual time a guest with nothing left but a transport that nobody waits for is in a
// deadlock; AdvanceTo waits for work that is out in the driver, and goes on.
func TestAdvanceToWithATransport(t *testing.T) {
	noLeak(t)
	l := loop.New(loop.VirtualTime(true))
	l.OnWake(func() {})
	var tr testkit.Trace
	a, b := pair(t)
	coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
		d := register(t, co, a)
		defer d.Close()
		_, err := readOnce(co, d, make([]byte, 1))
		tr.Add("read at %v", loop.Of(co).Time())
		return err
	}))
	coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
		err := coro.Sleep(co, time.Second)
		release := loop.Of(co).Hold()
		go func() {
			if _, err := unix.Write(b, []byte("x")); err != nil {
				t.Error(err)
			}
			release()
		}()
		return err
	}))
	require.NoError(t, l.RunUntilIdle()) // its lookout waits, too
	require.NoError(t, l.AdvanceTo(time.Hour))
	require.Equal(t, time.Hour, l.Time())
	require.Equal(t, testkit.Trace{"read at 1s"}, tr)
	require.NoError(t, l.Close())
}
