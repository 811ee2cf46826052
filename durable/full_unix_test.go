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
		var limit syscall.Rlimit
		set(&limit.Cur, bytes)
		set(&limit.Max, bytes)
		return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)
	}
}

// set is for a field whose type the systems do not agree on.
func set[T int64 | uint64](field *T, value int64) { *field = T(value) }

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
