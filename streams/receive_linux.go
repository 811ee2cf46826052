//go:build (amd64 || arm64) && !race

package streams

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// receive and send are read and write of a socket that cannot wait, whatever others who share it have set:
// so Go's scheduler need not be told that they may. To be told costs little; but it watches those who
// were, with a thread that looks every 20 microseconds, and a thread that waits is woken each time that
// a loop has waited.
//
// As RawSyscall6 they do with what is left of a stack: it need not grow.
//
//go:nosplit
func receive(fd int, p []byte) (int, error) {
	if len(p) == 0 || len(p) > mostAtOnce {
		return unix.Read(fd, p)
	}
	n, _, errno := syscall.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(&p[0])), uintptr(len(p)), unix.MSG_DONTWAIT, 0, 0)
	if errno != 0 {
		return -1, errno
	}
	return int(n), nil
}

//go:nosplit
func send(fd int, p []byte) (int, error) {
	if len(p) == 0 || len(p) > mostAtOnce {
		return unix.Write(fd, p)
	}
	n, _, errno := syscall.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(&p[0])), uintptr(len(p)), unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, 0, 0)
	if errno != 0 {
		return -1, errno
	}
	return int(n), nil
}

// pollRead is poll of one descriptor, for reading, that does not wait.
//
//go:nosplit
func pollRead(fd int) (n int, err error) {
	fds := [1]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	var now unix.Timespec
	r, _, errno := syscall.RawSyscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&fds[0])), 1, uintptr(unsafe.Pointer(&now)), 0, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(r), nil
}

// mostAtOnce is as much as takes some microseconds: a garbage collector that wants to begin waits
// for it.
const mostAtOnce = 64 << 10
