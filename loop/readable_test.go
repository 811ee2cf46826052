//go:build unix

package loop_test

import (
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// readable gives the descriptor of a pipe that has something to be read, and a
// function that reads it.
func readable(t *testing.T) (fd int, read func()) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, r.Close())
		require.NoError(t, w.Close())
	})
	_, err = w.WriteString("x")
	require.NoError(t, err)
	fd = int(r.Fd())
	require.NoError(t, syscall.SetNonblock(fd, true))
	return fd, func() {
		var buf [1]byte
		n, err := syscall.Read(fd, buf[:])
		require.NoError(t, err)
		require.Equal(t, 1, n)
	}
}

// What a descriptor makes ready comes after what was ready before, and before the
// timers that are due: CPython polls in between.
func TestDescriptorsInAnIteration(t *testing.T) {
	l := newLoop(t)
	j := &journal{loop: l}
	fd, read := readable(t)
	_, err := l.AddReader(fd, func() {
		j.note("reader")
		read()
		l.CallSoon(j.noting("of the reader"))
		l.CallLater(0, j.noting("timer of the reader"))
	})
	require.NoError(t, err)
	l.CallSoon(func() { j.iterations(3) })
	l.CallLater(0, j.noting("timer"))
	l.CallSoon(j.noting("soon"))
	l.CallLater(time.Second, func() {
		require.True(t, l.RemoveReader(fd))
		l.Stop()
	})
	require.NoError(t, l.RunForever())
	require.Equal(t, []string{
		"0s --", "0s soon", "0s reader", "0s timer",
		"0s --", "0s of the reader", "0s timer of the reader",
		"0s --",
	}, j.lines)
}

// A stopped loop does not call a reader again that its first call has taken back.
//
// CPython: test_base_events.BaseEventLoopTests.test_single_selecter_event_callback_after_stopping
func TestReaderAfterStop(t *testing.T) {
	l := newLoop(t)
	fd, read := readable(t)
	calls := 0
	var h loop.Handle
	h, err := l.AddReader(fd, func() {
		calls++
		l.CallSoon(func() {
			h.Cancel()
			read()
		})
	})
	require.NoError(t, err)
	for range 2 {
		l.CallSoon(l.Stop)
		require.NoError(t, l.RunForever())
		require.Equal(t, 1, calls)
	}
	require.Zero(t, l.ReadyCount())
}

// A reader whose handle was canceled is not scheduled any more, and leaves.
//
// CPython: test_base_events.BaseEventLoopTests.test__add_callback_cancelled_handle
func TestCanceledReader(t *testing.T) {
	l := newLoop(t)
	fd, _ := readable(t)
	h, err := l.AddReader(fd, func() { t.Error("a canceled reader is called") })
	require.NoError(t, err)
	h.Cancel()
	testkit.Iterate(t, l)
	require.Zero(t, l.ReadyCount())
	require.False(t, l.RemoveReader(fd))
}
