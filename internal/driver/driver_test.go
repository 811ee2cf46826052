//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package driver

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// ownThread is how the drivers wait, in the second run of the tests.
var ownThread bool

func options() Options { return Options{Budget: DefaultBudget, OwnThread: ownThread} }

// TestMain runs all tests for both ways to wait.
func TestMain(m *testing.M) {
	code := m.Run()
	ownThread = true
	os.Exit(max(code, m.Run()))
}

// host stands in for the loop: it has a channel to park on.
type host struct {
	*Driver
	t     testing.TB
	ctx   context.Context
	woken chan struct{}
	wakes atomic.Int64
}

func newHost(t testing.TB) *host {
	t.Helper()
	h := &host{t: t, woken: make(chan struct{}, 1)}
	var err error
	h.Driver, err = New(nil, func() {
		h.wakes.Add(1)
		h.nudge()
	}, options())
	require.NoError(t, err)
	t.Cleanup(h.Driver.Close)
	var cancel context.CancelFunc
	h.ctx, cancel = context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return h
}

// nudge ends a park, as CallSoonThreadsafe would.
func (h *host) nudge() {
	select {
	case h.woken <- struct{}{}:
	default:
	}
}

func (h *host) park() {
	h.t.Helper()
	select {
	case <-h.woken:
	case <-h.ctx.Done():
		h.t.Fatal("nobody woke the loop")
	}
}

func (h *host) mustSet(fd int, read, write bool) {
	h.t.Helper()
	require.NoError(h.t, h.Set(fd, read, write))
}

// report is what poll finds ready, descriptor by descriptor: "r", "w" or "rw".
func (h *host) report() map[int]string {
	h.t.Helper()
	found := map[int]string{}
	require.NoError(h.t, h.Poll(func(fd int, readable, writable bool) {
		if readable {
			found[fd] = "r" + found[fd]
		}
		if writable {
			found[fd] += "w"
		}
	}))
	return found
}

// newPipe returns a non-blocking pipe that the test closes.
func newPipe(t testing.TB) (r, w int) {
	t.Helper()
	var p [2]int
	require.NoError(t, unix.Pipe(p[:]))
	own(t, p[:])
	return p[0], p[1]
}

// socketPair returns a non-blocking connected pair of sockets that the test closes.
func socketPair(t testing.TB) (a, b int) {
	t.Helper()
	p, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	require.NoError(t, err)
	own(t, p[:])
	return p[0], p[1]
}

func own(t testing.TB, fds []int) {
	for _, fd := range fds {
		require.NoError(t, unix.SetNonblock(fd, true))
		unix.CloseOnExec(fd)
		t.Cleanup(func() { _ = unix.Close(fd) })
	}
}

// duplicate gives the file of fd a further number, which is free.
func duplicate(t testing.TB, fd, number int) {
	t.Helper()
	got, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, number)
	require.NoError(t, err)
	own(t, []int{got})
	require.Equal(t, number, got)
}

func sendByte(t testing.TB, fd int) {
	t.Helper()
	_, err := unix.Write(fd, []byte{1})
	require.NoError(t, err)
}

func receiveByte(t testing.TB, fd int) {
	t.Helper()
	n, err := unix.Read(fd, make([]byte, 1))
	require.NoError(t, err)
	require.Equal(t, 1, n)
}

func TestDriverReports(t *testing.T) {
	for _, tt := range []struct {
		name              string
		fd                func(t *testing.T) int
		both, read, write string // registered for both, for reading, for writing
	}{
		{"idle socket", func(t *testing.T) int { a, _ := socketPair(t); return a }, "w", "", "w"},
		{"socket with data", func(t *testing.T) int { a, b := socketPair(t); sendByte(t, b); return a }, "rw", "r", "w"},
		{"socket hung up", func(t *testing.T) int {
			a, b := socketPair(t)
			require.NoError(t, unix.Shutdown(b, unix.SHUT_RDWR))
			return a
		}, "rw", "r", "w"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHost(t)
			fd := tt.fd(t)
			check := func(read, write bool, want string) {
				t.Helper()
				h.mustSet(fd, read, write)
				for range 2 { // level-triggered: asking uses nothing up
					require.Equal(t, want, h.report()[fd])
				}
			}
			check(true, true, tt.both)
			check(false, true, tt.write)
			check(true, false, tt.read)
			check(false, false, "")
		})
	}
}

func TestDriverSetInReport(t *testing.T) {
	h := newHost(t)
	var want, got []int
	for range 3 {
		fd, peer := socketPair(t)
		sendByte(t, peer)
		h.mustSet(fd, true, false)
		want = append(want, fd)
	}
	queue := h.queue
	for range 2 {
		require.NoError(t, h.Poll(func(fd int, _, _ bool) {
			got = append(got, fd)
			h.mustSet(fd, fd == want[0], false)
		}))
	}
	require.Equal(t, append(want, want[0]), got)
	require.Same(t, queue, h.queue, "nothing was haunted")
}

func TestDriverNothingRegistered(t *testing.T) {
	h := newHost(t)
	h.Arm()
	require.Nil(t, h.lookout.ended, "no helper is started")
	require.Empty(t, h.report())
}

func TestDriverBadDescriptors(t *testing.T) {
	h := newHost(t)
	r, _ := newPipe(t)
	closed, err := unix.Dup(r)
	require.NoError(t, err)
	require.NoError(t, unix.Close(closed))
	bad := []int{closed, -1}
	if strconv.IntSize == 64 {
		bad = append(bad, r+(math.MaxUint32+1)&math.MaxInt) // the low 32 bits would do
	}
	for _, fd := range bad {
		err := h.Set(fd, true, false)
		require.ErrorIs(t, err, syscall.EBADF)
		require.ErrorContains(t, err, fmt.Sprintf("descriptor %d:", fd))
		require.NoError(t, h.Set(fd, false, false), "removing is never an error")
	}
	require.Empty(t, h.numbered)
}

// A descriptor closed while it is registered makes no noise, whatever is asked next.
func TestDriverClosedBehindItsBack(t *testing.T) {
	setup := func(t *testing.T) (h *host, fd int) {
		h = newHost(t)
		r, _ := newPipe(t)
		fd, err := unix.Dup(r)
		require.NoError(t, err)
		h.mustSet(fd, true, false)
		require.NoError(t, unix.Close(fd))
		return h, fd
	}
	reuse := func(t *testing.T, number int) (peer int) {
		a, b := socketPair(t)
		if a == number {
			return b
		}
		if b == number {
			return a
		}
		duplicate(t, a, number)
		return b
	}
	t.Run("removed", func(t *testing.T) {
		h, fd := setup(t)
		h.mustSet(fd, false, false)
		require.Empty(t, h.numbered)
	})
	t.Run("changed", func(t *testing.T) {
		h, fd := setup(t)
		require.ErrorIs(t, h.Set(fd, true, true), syscall.EBADF)
		require.Empty(t, h.numbered)
	})
	t.Run("number reused", func(t *testing.T) {
		h, fd := setup(t)
		peer := reuse(t, fd)
		h.mustSet(fd, true, false)
		require.Empty(t, h.report())
		sendByte(t, peer)
		require.Equal(t, map[int]string{fd: "r"}, h.report())
	})
	t.Run("number reused, then removed", func(t *testing.T) {
		h, fd := setup(t)
		peer := reuse(t, fd)
		h.mustSet(fd, false, false)
		h.mustSet(fd, true, true)
		sendByte(t, peer)
		require.Equal(t, map[int]string{fd: "rw"}, h.report())
	})
}

func TestDriverArm(t *testing.T) {
	t.Run("ready after arm", func(t *testing.T) {
		h := newHost(t)
		r, w := newPipe(t)
		h.mustSet(r, true, false)
		h.Arm()
		sendByte(t, w)
		h.park()
		require.Equal(t, map[int]string{r: "r"}, h.report())
	})
	t.Run("ready between poll and arm", func(t *testing.T) {
		h := newHost(t)
		r, w := newPipe(t)
		h.mustSet(r, true, false)
		require.Empty(t, h.report())
		sendByte(t, w)
		h.Arm()
		h.park()
	})
	t.Run("still ready", func(t *testing.T) {
		h := newHost(t)
		r, w := newPipe(t)
		h.mustSet(r, true, false)
		sendByte(t, w)
		for range 3 {
			h.Arm()
			h.park()
			require.Equal(t, map[int]string{r: "r"}, h.report())
		}
	})
	t.Run("one wake for many arms", func(t *testing.T) {
		h := newHost(t)
		r, w := newPipe(t)
		h.mustSet(r, true, false)
		for range 10 {
			h.Arm()
		}
		sendByte(t, w)
		h.park()
		h.dismiss()
		require.EqualValues(t, 1, h.wakes.Load())
	})
	t.Run("polled while armed", func(t *testing.T) {
		h := newHost(t)
		r, w := newPipe(t)
		h.mustSet(r, true, false)
		for range 100 {
			h.Arm()
			sendByte(t, w)
			require.Equal(t, map[int]string{r: "r"}, h.report())
			receiveByte(t, r)
			require.Empty(t, h.report())
		}
		h.dismiss() // forget what wakes there were
		select {
		case <-h.woken:
		default:
		}
		h.Arm()
		sendByte(t, w)
		h.park()
	})
	t.Run("registered while armed", func(t *testing.T) {
		h := newHost(t)
		r, _ := newPipe(t)
		a, _ := socketPair(t)
		h.mustSet(r, true, false)
		h.Arm()
		h.mustSet(a, true, false)
		h.mustSet(a, true, true)
		h.park()
		require.Equal(t, map[int]string{a: "w"}, h.report())
	})
	t.Run("removed while armed", func(t *testing.T) {
		h := newHost(t)
		r, _ := newPipe(t)
		r2, w2 := newPipe(t)
		h.mustSet(r, true, false)
		h.mustSet(r2, true, false)
		h.Arm()
		h.mustSet(r2, false, false)
		sendByte(t, w2)
		h.Arm()
		h.dismiss()
		require.Zero(t, h.wakes.Load())
	})
	t.Run("closed while armed", func(t *testing.T) {
		p, err := New(nil, func() { t.Error("woken") }, options())
		require.NoError(t, err)
		r, w := newPipe(t)
		require.NoError(t, p.Set(r, true, false))
		p.Arm()
		ended := p.lookout.ended
		p.Close()
		_, running := <-ended
		require.False(t, running)
		sendByte(t, w)
	})
}

// A goroutine that waits for the outside world stops the time of a synctest
// bubble; without descriptors there must be none, whatever was armed before.
func TestDriverLeavesSynctestAlone(t *testing.T) {
	r, w := newPipe(t)
	failsafe := time.AfterFunc(time.Minute, func() { panic("the bubble's time stands still") })
	defer failsafe.Stop()
	synctest.Test(t, func(t *testing.T) {
		wake := make(chan struct{}, 1)
		p, err := New(nil, func() { wake <- struct{}{} }, options())
		require.NoError(t, err)
		defer p.Close()
		for range 3 {
			require.NoError(t, p.Set(r, true, false))
			p.Arm()
			require.NoError(t, p.Set(r, false, false))
			p.Arm() // the loop parks without descriptors
			start := time.Now()
			<-time.After(time.Hour)
			require.Equal(t, time.Hour, time.Since(start))

			require.NoError(t, p.Set(r, true, false))
			p.Arm()
			sendByte(t, w)
			<-wake
			receiveByte(t, r)
			require.NoError(t, p.Set(r, false, false))
			p.Arm()
			<-time.After(time.Hour)
		}
	})
}

// TestDriverNoLostWake plays a loop that echoes what peers send. A lost wake-up
// leaves the loop and its peers waiting for each other.
func TestDriverNoLostWake(t *testing.T) {
	rounds := 3000
	if testing.Short() {
		rounds = 300
	}
	for _, tt := range []struct {
		name         string
		peers        int
		noise, churn bool
	}{
		{name: "one peer", peers: 1},
		{name: "one peer, noise", peers: 1, noise: true},
		{name: "one peer, churn", peers: 1, churn: true},
		{name: "one peer, noise, churn", peers: 1, noise: true, churn: true},
		{name: "eight peers", peers: 8},
		{name: "eight peers, noise, churn", peers: 8, noise: true, churn: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHost(t)
			e := &echo{host: h, unsent: map[int]int{}, rng: rand.New(rand.NewPCG(1, 2))}
			nudge := func() {}
			if tt.noise {
				nudge = h.nudge
			}
			var others sync.WaitGroup
			defer others.Wait()
			for range tt.peers {
				a, b := socketPair(t)
				e.unsent[a] = 0
				h.mustSet(a, true, false)
				others.Go(func() { peer(t, b, rounds, nudge) })
				defer func() { _ = unix.Shutdown(a, unix.SHUT_RDWR) }() // frees the peer if the test fails
			}
			for {
				progress := e.step()
				if len(e.unsent) == 0 {
					break
				}
				if tt.churn && e.rng.IntN(3) == 0 {
					e.churn()
				}
				if !progress || e.rng.IntN(2) == 0 { // sometimes park with something ready
					if tt.noise && e.rng.IntN(2) == 0 {
						others.Go(nudge)
					}
					h.Arm()
					h.park()
				}
			}
		})
	}
}

// echo is a loop's end of some connections. It takes one byte per report,
// so that descriptors stay ready over a park, and sends only on a report too.
type echo struct {
	*host
	unsent map[int]int // bytes to send back, by open descriptor
	rng    *rand.Rand
}

// step polls once and reports whether anything was ready.
func (e *echo) step() bool {
	ready := e.report()
	for fd, is := range ready {
		if e.unsent[fd] > 0 && is != "r" {
			_, err := unix.Write(fd, make([]byte, e.unsent[fd]))
			require.NoError(e.t, err)
			e.unsent[fd] = 0
			e.mustSet(fd, true, false)
			continue
		}
		n, err := unix.Read(fd, make([]byte, 1))
		require.NoError(e.t, err)
		if n == 0 {
			delete(e.unsent, fd)
			e.mustSet(fd, false, false)
			continue
		}
		e.unsent[fd]++
		e.mustSet(fd, e.rng.IntN(2) == 0, true)
	}
	return len(ready) > 0
}

// churn takes every descriptor out and puts it in again, while armed.
func (e *echo) churn() {
	e.Arm()
	for fd, unsent := range e.unsent {
		e.mustSet(fd, false, false)
		if e.rng.IntN(2) == 0 {
			e.Arm()
		}
		e.mustSet(fd, true, e.rng.IntN(2) == 0)
		e.mustSet(fd, true, unsent > 0)
	}
}

// peer sends two bytes and waits for their echo, rounds times over; nudge
// wakes the loop for another reason just then.
func peer(t *testing.T, fd, rounds int, nudge func()) {
	own, err := unix.Dup(fd)
	if err != nil {
		t.Error(err)
		return
	}
	conn := os.NewFile(uintptr(own), "peer") // non-blocking, as fd is: this parks the goroutine
	defer func() {
		_ = unix.Shutdown(fd, unix.SHUT_RDWR)
		_ = conn.Close()
	}()
	buf := make([]byte, 2)
	for range rounds {
		nudge()
		if _, err := conn.Write(buf); err != nil {
			t.Error(err)
			return
		}
		nudge()
		if _, err := io.ReadFull(conn, buf); err != nil {
			t.Error(err)
			return
		}
	}
}

// TestDriverNoLostWakeWriting fills a pipe again and again, parks until it can
// be written, and is let go on by a reader that empties it.
func TestDriverNoLostWakeWriting(t *testing.T) {
	rounds := 2000
	if testing.Short() {
		rounds = 200
	}
	h := newHost(t)
	r, w := newPipe(t)
	own, err := unix.Dup(r)
	require.NoError(t, err)
	reader := os.NewFile(uintptr(own), "reader")
	var drain sync.WaitGroup
	drain.Go(func() { _, _ = io.Copy(io.Discard, reader) })
	defer drain.Wait()
	defer func() { _ = reader.Close() }()

	h.mustSet(w, false, true)
	chunk := make([]byte, 1<<16)
	for range rounds {
		for err == nil {
			_, err = unix.Write(w, chunk)
		}
		require.ErrorIs(t, err, unix.EAGAIN)
		for err = nil; len(h.report()) == 0; {
			h.Arm()
			h.park()
		}
	}
}
