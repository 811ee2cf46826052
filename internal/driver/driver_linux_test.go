package driver

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestDriverHangUpsLinux(t *testing.T) {
	for _, tt := range []struct {
		name        string
		prepare     func(t *testing.T) int
		read, write string // registered for reading, for writing
	}{
		{"pipe without writer", func(t *testing.T) int { // EPOLLHUP
			r, w := newPipe(t)
			replace(t, w)
			return r
		}, "r", "w"},
		{"pipe without reader", func(t *testing.T) int { // EPOLLOUT|EPOLLERR
			r, w := newPipe(t)
			replace(t, r)
			return w
		}, "r", "w"},
		{"socket half closed", func(t *testing.T) int { // EPOLLIN|EPOLLOUT
			a, b := socketPair(t)
			require.NoError(t, unix.Shutdown(b, unix.SHUT_WR))
			return a
		}, "r", "w"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHost(t)
			fd := tt.prepare(t)
			h.mustSet(fd, true, false)
			require.Equal(t, map[int]string{fd: tt.read}, h.report())
			h.mustSet(fd, false, true)
			require.Equal(t, map[int]string{fd: tt.write}, h.report())
			h.mustSet(fd, true, true)
			require.Equal(t, map[int]string{fd: "rw"}, h.report())
		})
	}
}

// replace closes what fd stands for, but keeps the number for the test to close.
func replace(t *testing.T, fd int) {
	t.Helper()
	null, err := os.Open(os.DevNull)
	require.NoError(t, err)
	defer func() { require.NoError(t, null.Close()) }()
	require.NoError(t, unix.Dup3(int(null.Fd()), fd, unix.O_CLOEXEC))
}

func TestDriverRefusesRegularFiles(t *testing.T) {
	h := newHost(t)
	file, err := os.Create(filepath.Join(t.TempDir(), "regular"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, file.Close()) })
	err = h.Set(int(file.Fd()), true, false)
	require.ErrorIs(t, err, syscall.EPERM)
	require.ErrorContains(t, err, "regular files")
	require.Empty(t, h.numbered)
}

// CPython hears of ready descriptors in the order in which they became ready.
// The helper, which looks at the same queue, must not change that.
func TestDriverKeepsOrder(t *testing.T) {
	h := newHost(t)
	r, w := [3]int{}, [3]int{}
	for i := range r {
		r[i], w[i] = newPipe(t)
		h.mustSet(r[i], true, false)
	}
	want := []int{r[2], r[0], r[1]}
	for range 100 {
		h.Arm()
		for _, i := range []int{2, 0, 1} {
			sendByte(t, w[i])
		}
		h.park()
		h.Arm()
		h.park()
		h.Arm() // if the helper is back, this looks too
		var got []int
		require.NoError(t, h.Poll(func(fd int, _, _ bool) { got = append(got, fd) }))
		require.Equal(t, want, got)
		for _, fd := range r {
			receiveByte(t, fd)
		}
	}
}

// A file that was closed here but lives on in a duplicate stays in the epoll
// instance, with no number to remove it by.
func TestDriverGhosts(t *testing.T) {
	type pair struct{ mine, peer int }
	setup := func(t *testing.T) (h *host, other pair, file, number int) {
		h = newHost(t)
		other.mine, other.peer = socketPair(t)
		file, w := newPipe(t)
		number, err := unix.Dup(file)
		require.NoError(t, err)
		h.mustSet(number, true, false)
		require.NoError(t, unix.Close(number))
		h.mustSet(number, false, false)
		sendByte(t, w)
		return h, other, file, number
	}
	exorcised := func(t *testing.T, h *host, fd, peer int) {
		t.Helper()
		h.Arm()
		h.park() // the one time that it wakes us
		require.Empty(t, h.report())
		require.False(t, h.queue.ready())

		h.Arm()
		sendByte(t, peer)
		h.park()
		require.Equal(t, map[int]string{fd: "r"}, h.report())
	}
	t.Run("number free", func(t *testing.T) {
		h, other, _, _ := setup(t)
		h.mustSet(other.mine, true, false)
		exorcised(t, h, other.mine, other.peer)
	})
	t.Run("number of another file", func(t *testing.T) {
		h, other, _, number := setup(t)
		duplicate(t, other.mine, number)
		h.mustSet(number, true, false)
		exorcised(t, h, number, other.peer)
	})
	t.Run("same file and number again", func(t *testing.T) {
		h, _, file, number := setup(t)
		duplicate(t, file, number)
		h.mustSet(number, true, true)
		require.Equal(t, map[int]string{number: "r"}, h.report())
		h.mustSet(number, false, false)
		require.False(t, h.queue.ready())
	})
}

// withoutDescriptors calls f while the process can open none.
func withoutDescriptors(t *testing.T, f func()) {
	t.Helper()
	var limit unix.Rlimit
	require.NoError(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &limit))
	none := limit
	none.Cur = 0
	require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &none))
	defer func() { require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &limit)) }()
	f()
}

// Where no descriptor is free for a new queue that is needed, the loop neither spins nor
// forgets what it watches: it is told once, and it is tried again.
func TestDriverGhostsWithoutDescriptors(t *testing.T) {
	h := newHost(t)
	mine, peer := socketPair(t)
	file, w := newPipe(t)
	number, err := unix.Dup(file)
	require.NoError(t, err)
	h.mustSet(mine, true, false)
	h.mustSet(number, true, false)
	require.NoError(t, unix.Close(number))
	h.mustSet(number, false, false)
	sendByte(t, w)
	nothing := func(int, bool, bool) { t.Error("nothing is ready") }
	withoutDescriptors(t, func() {
		require.ErrorIs(t, h.Poll(nothing), unix.EMFILE)
		require.NoError(t, h.Poll(nothing), "it is told once")
		h.Arm()
		h.park() // the next try
		require.NoError(t, h.Poll(nothing))
		require.ErrorIs(t, h.Set(peer, true, false), unix.EMFILE)
		require.NoError(t, h.Set(peer, false, false))
	})
	sendByte(t, peer)
	require.Equal(t, map[int]string{mine: "r"}, h.report())
	require.False(t, isHaunted(t, h))
}

// isHaunted reports whether a closed file is in the queue, and ready.
func isHaunted(t *testing.T, h *host) bool {
	n, err := h.queue.take(100)
	require.NoError(t, err)
	for i := range n {
		if at, _ := h.queue.event(i); h.slots.find(at) == nil {
			return true
		}
	}
	return false
}

// While the loop is busy with several things that were ready, the runtime's poller is not told of more; the next
// wait is.
func TestIgnored(t *testing.T) {
	if ownThread {
		t.Skip("nobody is told but who waits")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	h := newHost(t)
	gate := []unix.PollFd{{Fd: int32(h.queue.waiting.(*nested).gate), Events: unix.POLLIN}}
	tells := func() bool {
		n, err := unix.Poll(gate, 0)
		require.NoError(t, err)
		return n > 0
	}
	wait := func() map[int]string {
		require.True(t, h.SetAlarm(time.Time{}))
		h.Wait()
		return h.report()
	}
	r, w := newPipe(t)
	other, toOther := newPipe(t)
	h.mustSet(r, true, false)
	h.mustSet(other, true, false)

	sendByte(t, w)
	require.Equal(t, map[int]string{r: "r"}, wait())
	require.True(t, tells(), "one thing at a time is soon done")
	sendByte(t, toOther)
	require.Equal(t, map[int]string{r: "r", other: "r"}, wait())
	require.False(t, tells())
	receiveByte(t, r)
	require.Equal(t, map[int]string{other: "r"}, wait())
	require.True(t, tells())

	sendByte(t, w)
	require.Len(t, h.report(), 2)
	require.False(t, tells())
	h.Arm()
	h.park() // the lookout is told
	h.Arm()
	h.found = 2 // before the lookout has seen them
	h.calm()
	h.found = 0
	require.True(t, tells())
}

// An error of epoll_wait is for the loop to report, however it is met.
func TestDriverCannotPoll(t *testing.T) {
	h := newHost(t)
	r, w := newPipe(t)
	h.mustSet(r, true, false)
	sendByte(t, w)
	nothing := func(int, bool, bool) { t.Error("nothing is ready") }
	epfd := h.queue.epfd
	for name, meet := range map[string]func(){
		"in Poll": func() {},
		"in Wait": func() {
			require.True(t, h.SetAlarm(time.Time{}))
			h.Wait()
			require.True(t, h.Found())
		},
	} {
		h.queue.epfd = r // which is none
		meet()
		err := h.Poll(nothing)
		require.ErrorIs(t, err, unix.EINVAL, name)
		require.ErrorContains(t, err, "epoll_wait", name)
		h.queue.epfd = epfd
		require.Equal(t, map[int]string{r: "r"}, h.report(), name)
	}
}

// Steady state: no operation of a running loop allocates.
func TestDriverDoesNotAllocate(t *testing.T) {
	h := newHost(t)
	r, w := newPipe(t)
	h.mustSet(r, true, false)
	seen := 0
	ready := func(int, bool, bool) { seen++ }
	one := make([]byte, 1)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		h.Arm()
		_, _ = unix.Write(w, one)
		<-h.woken
		_ = h.Poll(ready)
		_, _ = unix.Read(r, one)
		_ = h.Set(r, true, true)
		_ = h.Set(r, true, false)
	}))
	require.Positive(t, seen)
}

// BenchmarkDriverRoundTrip parks until a peer, asked over a channel, has
// written to a pipe. The rival blocks its thread in epoll_wait; the floor
// passes the same byte through the same pipe, but parks on a channel alone.
func BenchmarkDriverRoundTrip(b *testing.B) {
	setup := func(b *testing.B) (r int, ask, answered chan struct{}) {
		r, w := newPipe(b)
		ask, answered = make(chan struct{}), make(chan struct{}, 1)
		go func() {
			one := make([]byte, 1)
			for range ask {
				_, _ = unix.Write(w, one)
				select {
				case answered <- struct{}{}:
				default:
				}
			}
		}()
		b.Cleanup(func() { close(ask) })
		b.ReportAllocs()
		return r, ask, answered
	}
	one := make([]byte, 1)
	b.Run("driver", func(b *testing.B) {
		r, ask, _ := setup(b)
		h := newHost(b)
		h.mustSet(r, true, false)
		seen := 0
		ready := func(int, bool, bool) { seen++ }
		for b.Loop() {
			ask <- struct{}{}
			for seen = 0; seen == 0; _ = h.Poll(ready) {
				h.Arm()
				<-h.woken
			}
			_, _ = unix.Read(r, one)
		}
	})
	b.Run("rival=epoll_wait", func(b *testing.B) {
		r, ask, _ := setup(b)
		epfd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
		require.NoError(b, err)
		defer func() { _ = unix.Close(epfd) }()
		require.NoError(b, unix.EpollCtl(epfd, unix.EPOLL_CTL_ADD, r, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(r)}))
		events := make([]unix.EpollEvent, 1)
		for b.Loop() {
			ask <- struct{}{}
			for n := 0; n <= 0; n, _ = unix.EpollWait(epfd, events, -1) {
			}
			_, _ = unix.Read(r, one)
		}
	})
	b.Run("floor=channel", func(b *testing.B) {
		r, ask, answered := setup(b)
		for b.Loop() {
			ask <- struct{}{}
			<-answered
			_, _ = unix.Read(r, one)
		}
	})
}

// BenchmarkDriverPoll is what an iteration that does not park pays.
func BenchmarkDriverPoll(b *testing.B) {
	for _, bb := range []struct {
		name              string
		registered, ready int
	}{
		{"registered=0", 0, 0},
		{"registered=100/ready=0", 100, 0},
		{"registered=100/ready=1", 100, 1},
		{"registered=100/ready=100", 100, 100},
	} {
		b.Run(bb.name, func(b *testing.B) {
			h := newHost(b)
			for i := range bb.registered {
				r, w := newPipe(b)
				h.mustSet(r, true, false)
				if i < bb.ready {
					sendByte(b, w)
				}
			}
			seen := 0
			ready := func(int, bool, bool) { seen++ }
			b.ReportAllocs()
			for b.Loop() {
				_ = h.Poll(ready)
			}
		})
	}
}

// BenchmarkDriverSet is add_reader and remove_reader; the floor is the two
// system calls on an epoll instance that nothing watches.
func BenchmarkDriverSet(b *testing.B) {
	r, _ := newPipe(b)
	b.Run("driver", func(b *testing.B) {
		h := newHost(b)
		b.ReportAllocs()
		for b.Loop() {
			_ = h.Set(r, true, false)
			_ = h.Set(r, false, false)
		}
	})
	b.Run("floor=epoll_ctl", func(b *testing.B) {
		epfd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
		require.NoError(b, err)
		defer func() { _ = unix.Close(epfd) }()
		for b.Loop() {
			_ = unix.EpollCtl(epfd, unix.EPOLL_CTL_ADD, r, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(r)})
			_ = unix.EpollCtl(epfd, unix.EPOLL_CTL_DEL, r, nil)
		}
	})
}
