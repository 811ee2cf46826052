//go:build unix

package streams

import (
	"os"

	"github.com/ouro-loop/ouro/coro"
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
	s := &socket{byLine: info.Mode()&os.ModeCharDevice != 0} // a terminal
	addr := fileAddr(f.Name())
	if err := s.init(co, fd, "file", addr, addr); err != nil {
		return nil, err
	}
	return s, nil
}
