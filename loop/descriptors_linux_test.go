package loop_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// epolls are the numbers of the epoll descriptors of this process.
func epolls(t *testing.T) map[int]bool {
	t.Helper()
	found := map[int]bool{}
	files, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	for _, f := range files {
		if link, _ := os.Readlink(filepath.Join("/proc/self/fd", f.Name())); link == "anon_inode:[eventpoll]" {
			fd, err := strconv.Atoi(f.Name())
			require.NoError(t, err)
			found[fd] = true
		}
	}
	return found
}

// An error of epoll_wait is reported, and the loop goes on.
func TestDescriptorsCannotBePolled(t *testing.T) {
	var told []future.ErrorContext
	l := loop.New(loop.VirtualTime(true), loop.OnException(func(_ *loop.Loop, c future.ErrorContext) { told = append(told, c) }))
	a, b := pair(t)
	before := epolls(t)
	heard := 0
	_, err := l.AddReader(a, func() { heard++ })
	require.NoError(t, err)
	_, err = unix.Write(b, []byte("x"))
	require.NoError(t, err)
	after := epolls(t)
	maps.DeleteFunc(after, func(fd int, _ bool) bool { return before[fd] })
	require.NotEmpty(t, after)
	epoll := slices.Min(slices.Collect(maps.Keys(after))) // the first, which has the descriptors; Go's poller has the other
	kept, err := unix.Dup(epoll)
	require.NoError(t, err)
	defer unix.Close(kept)
	require.NoError(t, unix.Dup3(b, epoll, unix.O_CLOEXEC)) // which is none

	testkit.Iterate(t, l)
	require.NoError(t, unix.Dup3(kept, epoll, unix.O_CLOEXEC))
	require.Zero(t, heard)
	require.Len(t, told, 1)
	require.Equal(t, "polling file descriptors", told[0].Message)
	require.ErrorIs(t, told[0].Err, unix.EINVAL)
	require.ErrorContains(t, told[0].Err, "epoll_wait")
	testkit.Iterate(t, l)
	require.Equal(t, 1, heard)
	require.Len(t, told, 1)
	require.NoError(t, l.Close())
}
