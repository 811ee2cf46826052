//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package driver

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A Wait ends with what is ready, which Poll then reports, at its alarm, or with an Interrupt, also
// one that comes before it; what has ended one does not end the next.
func TestWait(t *testing.T) {
	h := newHost(t)
	r, w := newPipe(t)
	h.mustSet(r, true, false)
	wait := func(at time.Time) bool {
		require.True(t, h.SetAlarm(at))
		h.Wait()
		return h.Found()
	}
	soon := func() time.Time { return time.Now().Add(time.Millisecond) }
	for range 3 {
		require.False(t, wait(soon()))
		sendByte(t, w)
		require.True(t, wait(time.Time{}))
		require.True(t, wait(time.Time{}), "it is still to be reported")
		require.Equal(t, map[int]string{r: "r"}, h.report())
		receiveByte(t, r)

		require.True(t, h.SetAlarm(time.Time{}))
		h.Interrupt()
		h.Wait()
		require.False(t, h.Found())
		h.Interrupted()

		go func() { sendByte(t, w) }()
		require.True(t, wait(time.Time{}), "neither the interrupt nor the alarm ends it")
		require.Equal(t, map[int]string{r: "r"}, h.report())
		receiveByte(t, r)
	}
	require.Zero(t, h.wakes.Load())
}

// The lookout is ended neither by the alarm nor by the interrupt of a wait before it, and a wait ends
// the lookout.
func TestArmAfterWait(t *testing.T) {
	h := newHost(t)
	r, w := newPipe(t)
	h.mustSet(r, true, false)
	for range 3 {
		require.True(t, h.SetAlarm(time.Now().Add(time.Millisecond)))
		h.Interrupt()
		h.Wait()
		h.Interrupted()
		h.Arm()
		sendByte(t, w)
		h.park()
		require.Equal(t, map[int]string{r: "r"}, h.report())
		receiveByte(t, r)
		h.Arm()
		require.True(t, h.SetAlarm(time.Time{}))
		require.Nil(t, h.lookout.ended)
	}
}
