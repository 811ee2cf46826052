//go:build unix

package durable_test

import (
	"os/signal"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func init() {
	limitFiles = func(bytes int64) error {
		signal.Ignore(syscall.SIGXFSZ)
		return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: uint64(bytes), Max: uint64(bytes)})
	}
}

// Where a disk is full, at whatever byte, the run ends with that, and goes on when there is room.
func TestNoRoom(t *testing.T) {
	h := &history{t.TempDir(), map[string]int{}}
	outcomes := map[string]string{}
	approve(t, h.dir, 1)
	run, room := 0, int64(40)
	for ; ; room += 13 {
		run++
		out, err := child{Dir: h.dir, Orders: 1, Run: run, Room: room}.command(t).CombinedOutput()
		h.look(t, run, outcomes)
		if err == nil {
			break
		}
		require.Contains(t, string(out), "file too large")
	}
	require.Greater(t, run, 10)
}
