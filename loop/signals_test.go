//go:build unix

package loop_test

import (
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

func raise(t *testing.T, sig syscall.Signal) {
	t.Helper()
	require.NoError(t, syscall.Kill(syscall.Getpid(), sig))
}

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

func TestSignalsThatCannotBeCaught(t *testing.T) {
	l := loop.New()
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
