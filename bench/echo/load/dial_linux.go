package load

import (
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"
)

// dial connects, and blocks. With nothing left to say, it ends with a reset: thousands of
// connections that are closed at once would occupy their ports for a minute more.
func dial(addr netip.AddrPort) (fd int, err error) {
	fd, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, fmt.Errorf("socket: %w", err)
	}
	sa := &unix.SockaddrInet4{Port: int(addr.Port()), Addr: addr.Addr().As4()}
	if err := unix.Connect(fd, sa); err != nil {
		_ = unix.Close(fd)
		return -1, fmt.Errorf("connect to %v: %w", addr, err)
	}
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	_ = unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	return fd, nil
}

func (r *run) close() {
	for _, fd := range r.idle {
		_ = unix.Close(fd)
	}
	for _, c := range r.busy {
		_ = unix.Close(c.fd)
	}
	_ = unix.Close(r.epfd)
}
