//go:build unix

package loop_test

import (
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// pair is two connected sockets, closed at the end of the test.
func pair(t *testing.T) (a, b int) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	require.NoError(t, err)
	for _, fd := range fds {
		require.NoError(t, unix.SetNonblock(fd, true))
		t.Cleanup(func() { _ = unix.Close(fd) })
	}
	return fds[0], fds[1]
}

// once runs one iteration of the loop.
func once(t *testing.T, l *loop.Loop) {
	t.Helper()
	l.Stop()
	require.NoError(t, l.RunForever())
}

// CPython: test_selector_events.BaseSelectorEventLoopTests.test_process_events_read
// CPython: test_selector_events.BaseSelectorEventLoopTests.test_process_events_write
// CPython: test_events.EventLoopTestsMixin.test_remove_fds_after_closing
// CPython: test_events.EventLoopTestsMixin.test_add_fds_after_closing
// CPython: test_selector_events.BaseSelectorEventLoopTests.test_close
func TestDescriptorCallbacks(t *testing.T) {
	noLeak(t)
	l := loop.New()
	a, b := pair(t)
	var trace []string
	note := func(text string) func() { return func() { trace = append(trace, text) } }

	first, err := l.AddReader(a, note("first"))
	require.NoError(t, err)
	once(t, l)
	require.Empty(t, trace, "there is nothing to read")
	_, err = unix.Write(b, []byte("x"))
	require.NoError(t, err)
	once(t, l)
	once(t, l)
	require.Equal(t, []string{"first", "first"}, trace, "once in each iteration, for as long as it is readable")

	second, err := l.AddReader(a, note("second"))
	require.NoError(t, err)
	require.True(t, first.Canceled(), "a direction has one callback: the next replaces it")
	_, err = l.AddWriter(a, note("writer"))
	require.NoError(t, err)
	trace = nil
	once(t, l)
	require.Equal(t, []string{"second", "writer"}, trace)

	second.Cancel()
	trace = nil
	once(t, l)
	once(t, l)
	require.Equal(t, []string{"writer", "writer"}, trace)
	require.False(t, l.RemoveReader(a), "it went with its handle")
	require.True(t, l.RemoveWriter(a))
	require.False(t, l.RemoveWriter(a))
	trace = nil
	once(t, l)
	require.Empty(t, trace)
	require.NoError(t, l.Close())
	require.False(t, l.RemoveReader(a))
	require.False(t, l.RemoveWriter(a))
	_, err = l.AddReader(a, note("closed"))
	require.ErrorIs(t, err, loop.ErrClosed)
	_, err = l.AddWriter(a, note("closed"))
	require.ErrorIs(t, err, loop.ErrClosed)
}

// Each direction has its own callback, whatever becomes of that of the other.
//
// CPython: test_selector_events.BaseSelectorEventLoopTests.test_add_reader
// CPython: test_selector_events.BaseSelectorEventLoopTests.test_add_reader_existing
// CPython: test_selector_events.BaseSelectorEventLoopTests.test_add_reader_existing_writer
// CPython: test_selector_events.BaseSelectorEventLoopTests.test_remove_reader
// CPython: test_selector_events.BaseSelectorEventLoopTests.test_remove_reader_read_write
// CPython: test_selector_events.BaseSelectorEventLoopTests.test_remove_reader_unknown
// CPython: test_selector_events.BaseSelectorEventLoopTests.test_process_events_read_cancelled
// CPython: test_selector_events.BaseSelectorEventLoopTests.test_add_writer
// CPython: test_selector_events.BaseSelectorEventLoopTests.test_add_writer_existing
// CPython: test_selector_events.BaseSelectorEventLoopTests.test_remove_writer
// CPython: test_selector_events.BaseSelectorEventLoopTests.test_remove_writer_read_write
// CPython: test_selector_events.BaseSelectorEventLoopTests.test_remove_writer_unknown
// CPython: test_selector_events.BaseSelectorEventLoopTests.test_process_events_write_cancelled
func TestDescriptorDirections(t *testing.T) {
	noLeak(t)
	l := loop.New()
	a, b := pair(t)
	_, err := unix.Write(b, []byte("x"))
	require.NoError(t, err)
	type way struct {
		name   string
		add    func(fd int, f func()) (loop.Handle, error)
		remove func(fd int) bool
	}
	reads, writes := way{"read", l.AddReader, l.RemoveReader}, way{"write", l.AddWriter, l.RemoveWriter}
	for _, ways := range [][2]way{{reads, writes}, {writes, reads}} {
		this, other := ways[0], ways[1]
		var trace []string
		add := func(w way, text string) loop.Handle {
			h, err := w.add(a, func() { trace = append(trace, text) })
			require.NoError(t, err)
			return h
		}
		called := func(want ...string) {
			t.Helper()
			trace = nil
			once(t, l)
			require.ElementsMatch(t, want, trace)
		}
		require.False(t, this.remove(a), this.name)
		first := add(this, "first")
		called("first")
		add(other, "other")
		called("first", "other")
		second := add(this, "second")
		require.True(t, first.Canceled())
		called("second", "other")
		require.True(t, this.remove(a))
		require.True(t, second.Canceled())
		called("other")
		third := add(this, "third")
		third.Cancel()
		called("other")
		require.False(t, this.remove(a))
		require.True(t, other.remove(a))
		called()
	}
	require.NoError(t, l.Close())
}

// A callback reads what comes, and is removed at the end; another writes.
//
// CPython: test_events.EventLoopTestsMixin.test_reader_callback
// CPython: test_events.EventLoopTestsMixin.test_writer_callback
func TestReadAndWriteInCallbacks(t *testing.T) {
	noLeak(t)
	l := loop.New()
	a, b := pair(t)
	var got []byte
	_, err := l.AddReader(a, func() {
		p := make([]byte, 10)
		n, err := unix.Read(a, p)
		require.NoError(t, err)
		got = append(got, p[:n]...)
		if n == 0 {
			require.True(t, l.RemoveReader(a))
			l.Stop()
		}
	})
	require.NoError(t, err)
	texts := []string{"abc", "def"}
	_, err = l.AddWriter(b, func() {
		if len(texts) == 0 {
			require.True(t, l.RemoveWriter(b))
			require.False(t, l.RemoveWriter(b))
			require.NoError(t, unix.Shutdown(b, unix.SHUT_WR))
			return
		}
		_, err := unix.Write(b, []byte(texts[0]))
		require.NoError(t, err)
		texts = texts[1:]
	})
	require.NoError(t, err)
	require.NoError(t, l.RunForever())
	require.Equal(t, "abcdef", string(got))
	require.NoError(t, l.Close())
}

// All calls of a descriptor's callback are in one context, that of the AddReader.
func TestDescriptorContext(t *testing.T) {
	l := loop.New()
	a, _ := pair(t)
	v := coro.NewVar("v", 0)
	v.Set(l, 10)
	var seen []int
	callback := func() {
		seen = append(seen, v.Get(l))
		v.Set(l, v.Get(l)+1)
	}
	for range 2 {
		_, err := l.AddWriter(a, callback)
		require.NoError(t, err)
		for range 3 {
			once(t, l)
		}
	}
	require.Equal(t, []int{10, 11, 12, 10, 11, 12}, seen)
	require.Equal(t, 10, v.Get(l))
	require.NoError(t, l.Close())
}

// CPython: test_unix_events.TestFunctional.test_add_reader_invalid_argument
func TestDescriptorsThatCannotBeWatched(t *testing.T) {
	noLeak(t)
	l := loop.New(loop.VirtualTime(true))
	a, _ := pair(t)
	closed, _ := pair(t)
	require.NoError(t, unix.Close(closed))
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	require.NoError(t, err)
	defer file.Close()
	for name, fd := range map[string]int{"negative": -1, "closed": closed, "regular file": int(file.Fd())} {
		_, err := l.AddReader(fd, func() {})
		require.Error(t, err, name)
		_, err = l.AddWriter(fd, func() {})
		require.Error(t, err, name)
		require.False(t, l.RemoveReader(fd), name)
	}
	_, err = l.AddReader(a, func() {})
	require.NoError(t, err, "the others are as they were")
	require.True(t, l.RemoveReader(a))
	var deadlock *loop.DeadlockError
	require.ErrorAs(t, l.RunForever(), &deadlock, "none of them is waited for")
	require.NoError(t, l.Close())
}

// With no descriptor free the loop can watch none; when there is one again it can.
func TestNoDescriptorFree(t *testing.T) {
	noLeak(t)
	l := loop.New(loop.VirtualTime(true))
	a, _ := pair(t)
	withoutDescriptors(t, func() {
		_, err := l.AddReader(a, func() {})
		require.ErrorIs(t, err, unix.EMFILE)
		require.ErrorContains(t, err, "loop: watching file descriptors: ")
		_, err = l.AddWriter(a, func() {})
		require.ErrorIs(t, err, unix.EMFILE)
		require.False(t, l.RemoveReader(a))
		require.False(t, l.RemoveWriter(a))
		require.Equal(t, 1, testkit.Complete(t, l, noop), "everything else goes on")
	})
	written := false
	_, err := l.AddWriter(a, func() { written = true })
	require.NoError(t, err)
	testkit.Iterate(t, l)
	require.True(t, written)
	require.NoError(t, l.Close())
}

// withoutDescriptors calls f while the process can open none.
func withoutDescriptors(t *testing.T, f func()) {
	t.Helper()
	defer time.AfterFunc(time.Hour, func() {}).Stop() // has the runtime open those of its own poller
	var before unix.Rlimit
	require.NoError(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &before))
	none := before
	none.Cur = 0
	require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &none))
	defer func() { require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &before)) }()
	f()
}

// A loop with a virtual clock that has nothing but descriptors to wait for waits for them:
// that is no deadlock, and its time stands still.
func TestVirtualTimeWithOnlyDescriptors(t *testing.T) {
	noLeak(t)
	l := loop.New(loop.VirtualTime(true))
	a, b := pair(t)
	for range 100 {
		_, err := l.AddReader(a, func() {
			_, err := unix.Read(a, make([]byte, 1))
			require.NoError(t, err)
			l.Stop()
		})
		require.NoError(t, err)
		var sender sync.WaitGroup
		var ended atomic.Bool
		sender.Go(func() {
			for !l.Parked() && !ended.Load() {
				runtime.Gosched()
			}
			if _, err := unix.Write(b, []byte("x")); err != nil {
				t.Error(err)
			}
		})
		err = l.RunForever()
		ended.Store(true)
		sender.Wait()
		require.NoError(t, err)
		require.True(t, l.RemoveReader(a))
	}
	require.Zero(t, l.Time())
	require.ErrorAs(t, l.RunForever(), new(*loop.DeadlockError), "without them it is one")
	require.NoError(t, l.Close())
}

// A callback may take itself away, or the other direction's.
func TestDescriptorRemovedByItsCallback(t *testing.T) {
	noLeak(t)
	l := loop.New()
	a, b := pair(t)
	_, err := unix.Write(b, []byte("x"))
	require.NoError(t, err)
	var trace []string
	_, err = l.AddReader(a, func() {
		trace = append(trace, "reader")
		require.True(t, l.RemoveReader(a))
		require.True(t, l.RemoveWriter(a))
	})
	require.NoError(t, err)
	_, err = l.AddWriter(a, func() { trace = append(trace, "writer") })
	require.NoError(t, err)
	for range 3 {
		once(t, l)
	}
	require.Equal(t, []string{"reader"}, trace, "what was scheduled is canceled too")
	require.NoError(t, l.Close())
}

// A loop that waits is woken by a descriptor.
func TestDescriptorWakesTheLoop(t *testing.T) {
	noLeak(t)
	l := loop.New()
	a, b := pair(t)
	_, err := l.AddReader(a, l.Stop)
	require.NoError(t, err)
	go func() { _, _ = unix.Write(b, []byte("x")) }()
	require.NoError(t, l.RunForever())
	require.NoError(t, l.Close())
}

// A reader and a writer that are slow, or panic, go by the program's name.
func TestNameOfReader(t *testing.T) {
	var log logged
	l := loop.New(loop.Debug(true), loop.SlowCallback(time.Millisecond), loop.Logger(log.logger()))
	a, b := pair(t)
	_, err := unix.Write(b, []byte("x"))
	require.NoError(t, err)
	_, err = l.AddReader(a, slow)
	require.NoError(t, err)
	_, err = l.AddWriter(b, guilty)
	require.NoError(t, err)
	once(t, l)
	require.Regexp(t, `Executing .*loop_test\.slow\(\) took .*scheduled_at=.*descriptors_test\.go:\d+`, log.String())
	require.Regexp(t, `Exception in callback .*loop_test\.guilty\(\)" .*scheduled_at=.*descriptors_test\.go:\d+`, log.String())
	require.NoError(t, l.Close())
}
