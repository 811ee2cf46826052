//go:build unix

package streams

import (
	"cmp"
	"io"
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/driver"
)

// descriptors are the sockets whose descriptors are watched.
type descriptors struct{}

func (descriptors) allowed(on future.OnLoop) error {
	_, err := driver.Of(on)
	return err
}

// A fileConn is a connection, a listener or a file, whose descriptor can be had.
type fileConn interface {
	syscall.Conn
	io.Closer
}

// takeOver is the descriptor of c, which is closed.
func takeOver(c fileConn) (fd int, err error) {
	defer func() {
		if closing := c.Close(); err == nil {
			err = closing
		}
	}()
	return duplicate(c)
}

// duplicate is a descriptor of the same file that does not block.
func duplicate(c syscall.Conn) (fd int, err error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return -1, err
	}
	closed := raw.Control(func(of uintptr) {
		if fd, err = unix.FcntlInt(of, unix.F_DUPFD_CLOEXEC, 0); err != nil {
			return
		}
		if err = unix.SetNonblock(fd, true); err != nil {
			_ = unix.Close(fd)
		}
	})
	if closed != nil {
		return -1, closed
	}
	return fd, os.NewSyscallError("fcntl", err)
}

func (d descriptors) adopt(co *coro.Co, c net.Conn) (transport, error) {
	t, err := d.share(co, c)
	closed := c.Close()
	if err == nil && closed != nil {
		_ = t.Close(false)
	}
	return t, cmp.Or(err, closed)
}

// share makes a transport of a connection that stays with whoever has it.
func (descriptors) share(on future.OnLoop, c net.Conn) (transport, error) {
	f, ok := c.(fileConn)
	if !ok {
		return nil, errNoFile
	}
	if err := mayAdopt(c); err != nil {
		return nil, err
	}
	fd, err := duplicate(f)
	if err != nil {
		return nil, err
	}
	return newSocket(on, fd, c.LocalAddr().Network(), c.LocalAddr(), c.RemoteAddr())
}
