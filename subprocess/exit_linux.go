package subprocess

import (
	"runtime"

	"golang.org/x/sys/unix"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/driver"
	"github.com/ouro-loop/ouro/loop"
)

// watchHandle has the loop wait for the exit as it does for sockets: the process has a descriptor, which is
// readable then. It reports false where there is none, or the loop has no descriptors.
func (p *Process) watchHandle(l *loop.Loop) bool {
	d, err := driver.Of(l)
	if err != nil {
		return false
	}
	fd := -1
	err = p.cmd.Process.WithHandle(func(handle uintptr) {
		fd, _ = unix.FcntlInt(handle, unix.F_DUPFD_CLOEXEC, 0) // whose end is its owner's
	})
	if err != nil || fd < 0 {
		return false
	}
	watched, err := d.Register(fd, nil)
	if err != nil {
		_ = unix.Close(fd)
		return false
	}
	cleanup := runtime.AddCleanup(p, func(fd int) { _ = unix.Close(fd) }, fd) // if the loop ends before
	var look func()
	look = func() {
		if !isReadable(fd) {
			watched.Blocked(driver.Read)
			watched.Once(driver.Read, look)
			return
		}
		watched.Close()
		cleanup.Stop()
		_ = unix.Close(fd)
		p.err = p.cmd.Wait() // which has nothing to wait for any more
		future.Resolve(p.exit, coro.None{})
	}
	look()
	return true
}

func isReadable(fd int) bool {
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	n, _ := unix.Poll(fds, 0)
	return n > 0
}
