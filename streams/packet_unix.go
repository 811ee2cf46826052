//go:build unix

package streams

import (
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/driver"
)

func (descriptors) adoptPacket(co *coro.Co, c net.PacketConn, remote net.Addr) (packetTransport, error) {
	f, ok := c.(fileConn)
	if !ok {
		return nil, closing(c, errNoFile)
	}
	local := c.LocalAddr()
	fd, err := takeOver(f)
	if err != nil {
		return nil, err
	}
	s := new(packetSocket)
	if err := s.init(co, fd, local.Network(), local, remote); err != nil {
		return nil, err
	}
	return s, nil
}

// A packetSocket is a socket that takes a datagram at a time. That one was less than there was room for
// says nothing of the next.
type packetSocket struct{ socket }

func (s *packetSocket) TryReceive(p []byte) (n int, from net.Addr, err error) {
	err = s.attempt(driver.Read, "recvfrom", func() error {
		var sa unix.Sockaddr
		if n, sa, err = unix.Recvfrom(s.fd, p, 0); err == nil {
			from = s.remote
			if from == nil {
				from = addrOf(sa, s.local)
			}
		}
		return err
	})
	return max(n, 0), from, err
}

func (s *packetSocket) TrySend(p []byte, to net.Addr) error {
	if to == nil {
		return s.attempt(driver.Write, "sendto", func() error {
			_, err := unix.Write(s.fd, p)
			return err
		})
	}
	sa, err := s.sockaddr(to)
	if err != nil {
		return err
	}
	return s.attempt(driver.Write, "sendto", func() error { return unix.Sendto(s.fd, p, 0, sa) })
}

// sockaddr is an address as the system has it, for a socket of this family.
func (s *packetSocket) sockaddr(to net.Addr) (unix.Sockaddr, error) {
	if s.remote != nil {
		return nil, net.ErrWriteToConnected
	}
	switch to := to.(type) {
	case *net.UDPAddr:
		if to == nil {
			break
		}
		local, err := unix.Getsockname(s.fd)
		if err != nil {
			return nil, os.NewSyscallError("getsockname", err)
		}
		if _, ok := local.(*unix.SockaddrInet4); ok {
			return inet4(to)
		}
		return inet6(to)
	case *net.UnixAddr:
		if to != nil {
			return &unix.SockaddrUnix{Name: to.Name}, nil
		}
	}
	return nil, fmt.Errorf("streams: a datagram to a %T, %v", to, to)
}
