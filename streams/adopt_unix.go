//go:build unix

package streams

import (
	"fmt"
	"io"
	"net"
	"os"

	"golang.org/x/sys/unix"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/driver"
)

// mayHaveSockets is why the loop of co can have none, nil if it can: one that takes nothing from
// outside is not to touch anything there either.
func mayHaveSockets(co *coro.Co) error {
	_, err := driver.Of(co)
	return err
}

// A fileConn is a connection, or a listener, of package net, whose descriptor can be had.
type fileConn interface {
	File() (*os.File, error)
	io.Closer
}

// takeOver is the descriptor of c, which is closed.
func takeOver(c fileConn) (fd int, err error) {
	defer func() {
		if closing := c.Close(); err == nil {
			err = closing
		}
	}()
	f, err := c.File()
	if err != nil {
		return -1, err
	}
	defer f.Close() // which is a duplicate, too
	return duplicate(f)
}

// duplicate is a descriptor of the same file that does not block.
func duplicate(f *os.File) (fd int, err error) {
	fd, err = unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return -1, os.NewSyscallError("fcntl", err)
	}
	if err := unix.SetNonblock(fd, true); err != nil { // Fd has it block
		_ = unix.Close(fd)
		return -1, os.NewSyscallError("fcntl", err)
	}
	return fd, nil
}

func (machine) adopt(co *coro.Co, c net.Conn) (transport, error) {
	f, ok := c.(fileConn)
	if !ok {
		return nil, closing(c, errNoFile)
	}
	if _, ok := c.(net.PacketConn); ok && !isStream(c) {
		return nil, closing(c, fmt.Errorf("streams: a %T is for datagrams; ListenPacket and DialPacket make those", c))
	}
	local, remote := c.LocalAddr(), c.RemoteAddr()
	fd, err := takeOver(f)
	if err != nil {
		return nil, err
	}
	return newSocket(co, fd, local.Network(), local, remote)
}

// isStream tells a unix socket that is one from those for datagrams, which are of the same type.
func isStream(c net.Conn) bool {
	_, ok := c.(*net.UnixConn)
	return ok && c.LocalAddr().Network() == "unix"
}
