package streams_test

import (
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/streams"
)

// What is written goes at once as far as it can; the rest is kept, and sent when there is room.
//
// CPython: test_selector_events.SelectorSocketTransportTests.test_write
// CPython: test_selector_events.SelectorSocketTransportTests.test_write_no_data
// CPython: test_selector_events.SelectorSocketTransportTests.test_write_buffer
// CPython: test_selector_events.SelectorSocketTransportTests.test_write_partial
// CPython: test_selector_events.SelectorSocketTransportTests.test_write_tryagain
// CPython: test_selector_events.SelectorSocketTransportTests.test_write_ready
// CPython: test_selector_events.SelectorSocketTransportTests.test_write_ready_partial
func TestWriterKeeps(t *testing.T) {
	piped(t, func(co *coro.Co, a, b *streams.Conn) {
		w, r := streams.NewWriter(a), streams.NewReader(b)
		n, err := w.Write(nil)
		require.NoError(t, err)
		require.Zero(t, n)
		n, err = w.WriteString("at once")
		require.NoError(t, err)
		require.Equal(t, 7, n)
		require.Zero(t, w.BufferSize())
		got, err := r.ReadExactly(co, 7)
		require.NoError(t, err)
		require.Equal(t, "at once", string(got))

		data := []byte(strings.Repeat("x", 100_000))
		n, err = w.Write(data)
		require.NoError(t, err)
		require.Equal(t, len(data), n)
		require.Equal(t, 100_000-64<<10, w.BufferSize())
		data[99_999] = 'y' // the Writer has no hold of it
		_, err = w.WriteString("more")
		require.NoError(t, err)
		got, err = r.ReadExactly(co, 100_004)
		require.NoError(t, err)
		require.Equal(t, strings.Repeat("x", 100_000)+"more", string(got))
		require.Zero(t, w.BufferSize())
	})
}

// Drain waits above the high-water mark, for as many as like, until the low one.
//
// CPython: test_streams.StreamTests.test_multiple_drain
// CPython: test_selector_events.SelectorSocketTransportTests.test_writelines_pauses_protocol
// CPython: test_transports.TransportTests.test_flowcontrol_mixin_set_write_limits
func TestDrain(t *testing.T) {
	piped(t, func(co *coro.Co, a, b *streams.Conn) {
		w, r := streams.NewWriter(a), streams.NewReader(b)
		require.EqualError(t, w.SetBufferLimits(10, 11),
			"streams: a high-water mark of 10 and a low one of 11; high must be at least low, and low at least 0")
		require.Error(t, w.SetBufferLimits(10, -1))
		require.NoError(t, w.SetBufferLimits(1024, 128))
		fill(t, a)
		kept := w.BufferSize()
		_, err := w.Write(make([]byte, 1024-kept))
		require.NoError(t, err)
		require.NoError(t, w.Drain(co), "as much as the mark is not above it")
		_, err = (&net.Buffers{{'x'}, {}}).WriteTo(w)
		require.NoError(t, err)
		var drains []*coro.Task[coro.None]
		for range 3 {
			drains = append(drains, spawn(t, co, w.Drain))
		}
		require.NoError(t, coro.Sleep(co, time.Second))
		for _, step := range []int{1025 - 129, 1} {
			require.False(t, drains[0].Done())
			_, err = io.ReadFull(b, make([]byte, step))
			require.NoError(t, err)
			require.NoError(t, coro.Sleep(co, time.Second))
		}
		for _, drain := range drains {
			require.NoError(t, coro.Await(co, drain))
		}
		require.LessOrEqual(t, w.BufferSize(), 128)

		fill(t, a)
		require.NoError(t, w.SetBufferLimits(0, 0))
		err = coro.Timeout(co, time.Second, func(*coro.TimeoutScope) error { return w.Drain(co) })
		require.True(t, future.IsTimeout(err), "what is there counts by the new marks")
		require.NoError(t, w.SetBufferLimits(1<<20, 1<<20))
		require.NoError(t, w.Drain(co))
		flush := spawn(t, co, w.Flush)
		require.NoError(t, coro.Sleep(co, time.Second))
		require.False(t, flush.Done())
		require.NoError(t, w.Close())
		_, err = r.ReadAll(co)
		require.NoError(t, err)
		require.NoError(t, coro.Await(co, flush))
	})
}

// A connection that is lost is an error of the next Write, of every Drain, and of who waits.
//
// CPython: test_streams.StreamTests.test_drain_raises
// CPython: test_selector_events.SelectorSocketTransportTests.test_write_exception
// CPython: test_selector_events.SelectorSocketTransportTests.test_write_ready_exception
// CPython: test_selector_events.SelectorSocketTransportTests.test_write_closing
func TestWriterOfALostConnection(t *testing.T) {
	piped(t, func(co *coro.Co, a, b *streams.Conn) {
		w := streams.NewWriter(a)
		fill(t, a)
		_, err := w.Write(make([]byte, 1<<20))
		require.NoError(t, err)
		drain := coro.CreateTask(co, coro.Do(w.Drain))
		require.NoError(t, coro.Sleep(co, time.Second))
		require.NoError(t, b.Close())
		_, err = drain.Await(co)
		require.ErrorIs(t, err, syscall.EPIPE)
		require.Zero(t, w.BufferSize())
		for range 10 {
			_, err = w.Write([]byte("x"))
			require.ErrorIs(t, err, syscall.EPIPE)
			var op *net.OpError
			require.ErrorAs(t, err, &op)
			require.Equal(t, "write", op.Op)
		}
		require.ErrorIs(t, w.Drain(co), syscall.EPIPE)
		require.ErrorIs(t, w.WaitClosed(co), syscall.EPIPE)
		_, err = a.Write([]byte("x"))
		require.ErrorIs(t, err, syscall.EPIPE)
	})
}

// Close sends what is kept first.
//
// CPython: test_streams.StreamTests.test_wait_closed_on_close
// CPython: test_streams.StreamTests.test_wait_closed_on_close_with_unread_data
// CPython: test_streams.StreamTests.test_async_writer_api
// CPython: test_streams.StreamTests.test_async_writer_api_exception_after_close
// CPython: test_streams.StreamTests.test_eof_feed_when_closing_writer
// CPython: test_selector_events.SelectorSocketTransportTests.test_write_ready_closing
func TestWriterClose(t *testing.T) {
	piped(t, func(co *coro.Co, a, b *streams.Conn) {
		w, r := streams.NewWriter(a), streams.NewReader(b)
		n := fill(t, a)
		require.False(t, w.IsClosing())
		require.NoError(t, w.Close())
		require.NoError(t, w.Close())
		require.True(t, w.IsClosing())
		_, err := w.Write([]byte("x"))
		require.ErrorIs(t, err, net.ErrClosed)
		closed := spawn(t, co, w.WaitClosed)
		require.NoError(t, coro.Sleep(co, time.Second))
		require.False(t, closed.Done())
		got, err := r.ReadAll(co)
		require.NoError(t, err)
		require.Len(t, got, n)
		require.NoError(t, coro.Await(co, closed))
		require.NoError(t, w.WaitClosed(co))
		_, err = w.Write([]byte("x"))
		require.ErrorIs(t, err, net.ErrClosed)
		require.ErrorIs(t, w.Drain(co), net.ErrClosed)
		_, err = streams.NewReader(a).ReadAll(co)
		require.ErrorIs(t, err, net.ErrClosed, "nor is there anything to read from a connection that was closed here")
	})
	piped(t, func(co *coro.Co, a, b *streams.Conn) {
		w := streams.NewWriter(a)
		_, err := b.Write([]byte("unread"))
		require.NoError(t, err)
		require.NoError(t, w.Close())
		require.NoError(t, w.WaitClosed(co))
	})
	require.PanicsWithValue(t, "streams: NewWriter of a nil Conn", func() { streams.NewWriter(nil) })
}

// WriteEOF ends what is sent, after what is kept.
//
// CPython: test_selector_events.SelectorSocketTransportTests.test_write_eof
// CPython: test_selector_events.SelectorSocketTransportTests.test_write_eof_buffer
// CPython: test_selector_events.SelectorSocketTransportTests.test_write_eof_after_close
func TestWriteEOF(t *testing.T) {
	piped(t, func(co *coro.Co, a, b *streams.Conn) {
		w, r := streams.NewWriter(a), streams.NewReader(b)
		n := fill(t, a)
		require.NoError(t, w.WriteEOF())
		_, err := w.Write([]byte("x"))
		require.ErrorIs(t, err, net.ErrClosed)
		got, err := r.ReadAll(co)
		require.NoError(t, err)
		require.Len(t, got, n)
		_, err = b.Write([]byte("and back"))
		require.NoError(t, err)
		back, err := streams.NewReader(a).ReadSome(co, 100)
		require.NoError(t, err)
		require.Equal(t, "and back", string(back))
		require.NoError(t, w.Close())
		require.ErrorIs(t, w.WriteEOF(), net.ErrClosed)
	})
}

// A Conn's Write comes after what its Writer has kept, and what is kept in the middle of a Write
// after that.
func TestWriteBesideAWriter(t *testing.T) {
	piped(t, func(co *coro.Co, a, b *streams.Conn) {
		w, r := streams.NewWriter(a), streams.NewReader(b)
		_, err := w.WriteString(strings.Repeat("a", 100_000))
		require.NoError(t, err)
		writing := spawn(t, co, func(*coro.Co) error {
			n, err := a.Write([]byte(strings.Repeat("b", 100_000)))
			require.Equal(t, 100_000, n)
			return err
		})
		require.NoError(t, coro.Sleep(co, time.Second))
		got, err := r.ReadExactly(co, 150_000) // the Write is in the middle
		require.NoError(t, err)
		require.False(t, writing.Done())
		_, err = w.WriteString("c")
		require.NoError(t, err)
		rest, err := r.ReadExactly(co, 50_001)
		require.NoError(t, err)
		require.Equal(t, strings.Repeat("a", 100_000)+strings.Repeat("b", 100_000)+"c", string(got)+string(rest))
		require.NoError(t, coro.Await(co, writing))

		// One that is canceled leaves what is kept to be sent.
		fill(t, a)
		canceled := coro.CreateTask(co, coro.Do(func(*coro.Co) error {
			n, err := a.Write([]byte("never"))
			require.Zero(t, n)
			return err
		}))
		require.NoError(t, coro.Sleep(co, time.Second))
		canceled.Cancel()
		_, err = canceled.Await(co)
		require.True(t, future.IsCanceled(err))
		require.NoError(t, w.Close())
		all, err := r.ReadAll(co)
		require.NoError(t, err)
		require.NotContains(t, string(all), "never")
	})
}
