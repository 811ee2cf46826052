//go:build unix

package streams

import (
	"os"

	"golang.org/x/sys/unix"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/driver"
)

func (descriptors) adoptFile(co *coro.Co, f *os.File) (transport, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, closing(f, err)
	}
	fd, err := takeOver(f)
	if err != nil {
		return nil, err
	}
	s := new(fileSocket)
	s.byLine = info.Mode()&os.ModeCharDevice != 0 // a terminal
	addr := fileAddr(f.Name())
	if err := s.init(co, fd, "file", addr, addr); err != nil {
		return nil, err
	}
	return s, nil
}

// A fileSocket is a descriptor that is no socket.
type fileSocket struct{ socket }

func (s *fileSocket) TryRead(p []byte) (int, error) {
	if !s.watched.IsReady(driver.Read) {
		return 0, errAgain
	}
	n, err := unix.Read(s.fd, p)
	return s.hasRead(n, len(p), err)
}

func (s *fileSocket) TryWrite(p []byte) (int, error) {
	if !s.watched.IsReady(driver.Write) {
		return 0, errAgain
	}
	n, err := unix.Write(s.fd, p)
	return s.hasWritten(n, len(p), err)
}
