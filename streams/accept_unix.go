//go:build unix && !linux

package streams

import (
	"syscall"

	"golang.org/x/sys/unix"
)

func acceptNonblocking(fd int) (int, unix.Sockaddr, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	conn, sa, err := unix.Accept(fd)
	if err != nil {
		return -1, nil, err
	}
	unix.CloseOnExec(conn)
	if err := unix.SetNonblock(conn, true); err != nil {
		_ = unix.Close(conn)
		return -1, nil, err
	}
	return conn, sa, nil
}
