//go:build unix

package inspect

import (
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/loop"
)

// lines is a writer that hands on what is written at a time.
type lines chan string

func (l lines) Write(p []byte) (int, error) { l <- string(p); return len(p), nil }

func quitNow(t *testing.T) { require.NoError(t, syscall.Kill(syscall.Getpid(), syscall.SIGQUIT)) }

func TestOnQuit(t *testing.T) {
	l := running(t)
	written := make(lines, 100)
	stop, err := OnQuit(l, written)
	require.NoError(t, err)
	for range 2 {
		quitNow(t)
		require.Contains(t, <-written, `server  waiting  event "ready"`)
	}
	stop()
	stop()
	signal.Ignore(syscall.SIGQUIT) // which would end the process now
	defer signal.Reset(syscall.SIGQUIT)
	quitNow(t)
	require.Empty(t, written)
}

// A loop that is kept by something is told, and by what.
func TestShowBlocked(t *testing.T) {
	l := running(t)
	blocked, free := make(chan struct{}), make(chan struct{})
	_, err := l.CallSoonThreadsafe(func() { close(blocked); <-free })
	require.NoError(t, err)
	<-blocked
	var b strings.Builder
	show(l, &b, time.Millisecond)
	require.Contains(t, b.String(), "loop: it has not answered: a task or callback keeps it")
	require.Contains(t, b.String(), "inspect.TestShowBlocked.func1", "the stacks of all goroutines")
	close(free)
	show(l, broken{}, time.Minute) // a writer that panics
}

func allStacks() string {
	buf := make([]byte, 1<<20)
	return string(buf[:runtime.Stack(buf, true)])
}

type broken struct{}

func (broken) Write([]byte) (int, error) { panic("no paper") }

func TestOnQuitEndsWithTheLoop(t *testing.T) {
	l := loop.New()
	stop, err := OnQuit(l, make(lines))
	require.NoError(t, err)
	require.NoError(t, l.Close())
	for strings.Contains(allStacks(), "inspect.OnQuit.func") {
		runtime.Gosched()
	}
	stop()
	_, err = OnQuit(l, make(lines))
	require.ErrorIs(t, err, loop.ErrClosed)
	require.PanicsWithValue(t, "inspect: OnQuit of a nil Loop", func() { _, _ = OnQuit(nil, make(lines)) })
	require.PanicsWithValue(t, "inspect: OnQuit with a nil Writer", func() { _, _ = OnQuit(loop.New(), nil) })
}
