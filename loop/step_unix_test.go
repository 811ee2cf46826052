//go:build unix

package loop_test

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A descriptor that becomes ready wakes the application too.
func TestStepDescriptor(t *testing.T) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	defer w.Close()
	fd := int(r.Fd())
	l := realLoop(t)
	wake := make(chan struct{}, 100)
	l.OnWake(func() { wake <- struct{}{} })
	read := false
	_, err = l.AddReader(fd, func() { read = true; l.RemoveReader(fd) })
	require.NoError(t, err)
	require.NoError(t, l.RunUntilIdle())
	require.False(t, read)
	_, err = w.WriteString("x")
	require.NoError(t, err)
	<-wake
	require.NoError(t, l.RunUntilIdle())
	require.True(t, read)
	l.OnWake(nil)
	_, err = l.CallSoonThreadsafe(func() {})
	require.NoError(t, err)
	require.Empty(t, wake)
	l.OnWake(func() { wake <- struct{}{} })
	require.Len(t, wake, 1, "for what has come in before")
}

// OnWake is called for descriptors that were watched before it was.
func TestOnWakeOfADescriptor(t *testing.T) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	defer w.Close()
	l := realLoop(t)
	_, err = l.AddReader(int(r.Fd()), func() {})
	require.NoError(t, err)
	require.NoError(t, l.RunUntilIdle())
	wake := make(chan struct{}, 100)
	l.OnWake(func() { wake <- struct{}{} })
	require.Empty(t, wake)
	_, err = w.WriteString("x")
	require.NoError(t, err)
	select {
	case <-wake:
	case <-time.After(time.Minute):
		t.Fatal("a wake is lost")
	}
}
