//go:build unix

package loop_test

import (
	"fmt"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

func raise(t *testing.T, sig syscall.Signal) {
	t.Helper()
	require.NoError(t, syscall.Kill(syscall.Getpid(), sig))
}

// CPython: test_unix_events.SelectorEventLoopSignalTests.test_add_signal_handler
// CPython: test_unix_events.SelectorEventLoopSignalTests.test_remove_signal_handler
// CPython: test_events.EventLoopTestsMixin.test_add_signal_handler
// CPython: test_events.EventLoopTestsMixin.test_signal_handling_while_selecting
func TestSignalHandlers(t *testing.T) {
	noLeak(t)
	l := loop.New()
	v := coro.NewVar("v", "outside")
	v.Set(l, "inside")
	var trace []string
	require.NoError(t, l.AddSignalHandler(syscall.SIGUSR1, func() { t.Error("a handler that was replaced") }))
	require.NoError(t, l.AddSignalHandler(syscall.SIGUSR1, func() {
		trace = append(trace, "usr1 "+v.Get(l))
		raise(t, syscall.SIGUSR2)
	}))
	require.NoError(t, l.AddSignalHandler(syscall.SIGUSR2, func() {
		trace = append(trace, "usr2")
		l.Stop()
	}))
	raise(t, syscall.SIGUSR1)
	require.NoError(t, l.RunForever())
	require.Equal(t, []string{"usr1 inside", "usr2"}, trace)

	require.True(t, l.RemoveSignalHandler(syscall.SIGUSR1))
	require.False(t, l.RemoveSignalHandler(syscall.SIGUSR1))
	trace = nil
	raise(t, syscall.SIGUSR2)
	require.NoError(t, l.RunForever())
	require.Equal(t, []string{"usr2"}, trace, "the other one is still there")
	require.NoError(t, l.Close())
	require.ErrorIs(t, l.AddSignalHandler(syscall.SIGUSR1, func() {}), loop.ErrClosed)
}

// All calls of a handler are in one context, that of the AddSignalHandler.
func TestSignalHandlerContext(t *testing.T) {
	l := loop.New()
	v := coro.NewVar("v", 0)
	v.Set(l, 10)
	var seen []int
	handler := func() {
		seen = append(seen, v.Get(l))
		v.Set(l, v.Get(l)+1)
		l.Stop()
	}
	for range 2 {
		require.NoError(t, l.AddSignalHandler(syscall.SIGUSR1, handler))
		for range 3 {
			raise(t, syscall.SIGUSR1)
			require.NoError(t, l.RunForever())
		}
	}
	require.Equal(t, []int{10, 11, 12, 10, 11, 12}, seen)
	require.Equal(t, 10, v.Get(l))
	require.NoError(t, l.Close())
}

// Reports name the handler.
func TestSignalHandlerThatPanics(t *testing.T) {
	var told reports
	l := loop.New(told.handler())
	require.NoError(t, l.AddSignalHandler(syscall.SIGUSR1, func() {
		l.Stop()
		panic("spam")
	}))
	for range 2 {
		raise(t, syscall.SIGUSR1)
		require.NoError(t, l.RunForever())
	}
	require.Len(t, told, 2)
	require.Regexp(t, `^Exception in callback .*TestSignalHandlerThatPanics\.func1\(\)$`, told[1].Message)
	require.NoError(t, l.Close())
}

// A signal is watched without a gap, whatever is done about others.
func TestSignalHandlersOfOthersComeAndGo(t *testing.T) {
	out, killed := inChild(t, func() {
		l := loop.New()
		handled := 0
		_ = l.AddSignalHandler(os.Interrupt, func() { handled++ })
		keepPressing(20 * time.Microsecond)
		var comeAndGo func()
		comeAndGo = func() {
			_ = l.AddSignalHandler(syscall.SIGUSR2, func() {})
			if !l.RemoveSignalHandler(syscall.SIGUSR2) || handled > 300 {
				l.Stop()
			}
			l.CallSoon(comeAndGo)
		}
		l.CallSoon(comeAndGo)
		fmt.Println(l.RunForever(), handled > 300)
	}).wait(t)
	require.False(t, killed)
	require.Equal(t, "<nil> true\n", out)
}

// A signal that has come is not told to a handler that was removed since.
//
// CPython: test_unix_events.SelectorEventLoopSignalTests.test_handle_signal_no_handler
// CPython: test_unix_events.SelectorEventLoopSignalTests.test_handle_signal_cancelled_handler
func TestSignalAfterItsHandler(t *testing.T) {
	noLeak(t)
	l := loop.New()
	for range 100 {
		require.NoError(t, l.AddSignalHandler(syscall.SIGWINCH, func() { t.Error("a handler that was removed") }))
		raise(t, syscall.SIGWINCH)
		require.True(t, l.RemoveSignalHandler(syscall.SIGWINCH))
		once(t, l)
	}
	require.NoError(t, l.Close())
}

// Without a handler a signal does what it has done before.
//
// CPython: test_unix_events.SelectorEventLoopSignalTests.test_remove_signal_handler_2
// CPython: test_unix_events.SelectorEventLoopSignalTests.test_close
func TestSignalWithoutItsHandler(t *testing.T) {
	for name, remove := range map[string]func(l *loop.Loop){
		"removed": func(l *loop.Loop) { l.RemoveSignalHandler(os.Interrupt) },
		"closed":  func(l *loop.Loop) { _ = l.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			_, killed := inChild(t, func() {
				l := loop.New()
				_ = l.AddSignalHandler(os.Interrupt, func() {})
				remove(l)
				pressCtrlC()
				_ = loop.New().RunForever()
			}).wait(t)
			require.True(t, killed)
		})
	}
}

// CPython: test_unix_events.SelectorEventLoopSignalTests.test_check_signal
// CPython: test_unix_events.SelectorEventLoopSignalTests.test_add_signal_handler_install_error2
// CPython: test_unix_events.SelectorEventLoopSignalTests.test_add_signal_handler_install_error3
func TestSignalsThatCannotBeCaught(t *testing.T) {
	l := loop.New()
	for _, sig := range []syscall.Signal{-1, 0, 65} {
		require.EqualError(t, l.AddSignalHandler(sig, func() {}), fmt.Sprintf("loop: %d is no signal", sig))
		require.False(t, l.RemoveSignalHandler(sig))
	}
	for _, sig := range []syscall.Signal{syscall.SIGKILL, syscall.SIGSTOP} {
		require.ErrorContains(t, l.AddSignalHandler(sig, func() {}), "cannot be caught")
	}
	require.Error(t, l.AddSignalHandler(nil, func() {}))
	require.NoError(t, l.Close())
	synctest.Test(t, func(t *testing.T) {
		l := loop.New()
		require.ErrorContains(t, l.AddSignalHandler(syscall.SIGUSR1, func() {}), "synctest")
		require.NoError(t, l.Close())
	})
}

// A handler that panics goes by the program's name.
func TestNameOfSignalHandler(t *testing.T) {
	var log logged
	l := loop.New(loop.Logger(log.logger()))
	require.NoError(t, l.AddSignalHandler(syscall.SIGUSR1, func() {
		l.Stop()
		guilty()
	}))
	raise(t, syscall.SIGUSR1)
	require.NoError(t, l.RunForever())
	require.Contains(t, log.String(), `msg="Exception in callback github.com/ouro-loop/ouro/loop_test.TestNameOfSignalHandler.func1()"`)
	require.NoError(t, l.Close())
}
