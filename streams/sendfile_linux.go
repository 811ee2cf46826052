package streams

import (
	"errors"

	"golang.org/x/sys/unix"

	"github.com/ouro-loop/ouro/internal/driver"
	"github.com/ouro-loop/ouro/streams/internal/network"
)

var _ network.FileTransport = (*socket)(nil)

func (s *socket) TrySendFile(from uintptr, most int) (n int, err error) {
	err = s.attempt(driver.Write, "sendfile", func() error {
		n, err = unix.Sendfile(s.fd, int(from), nil, most)
		return err
	})
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) { // of what the file is on
		err = errors.ErrUnsupported
	}
	return max(n, 0), err
}
