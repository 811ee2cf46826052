//go:build unix

package streams

import (
	"net"
	"os"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/streams/internal/network"
)

// AdoptFile makes a Conn of an end of a pipe, of a terminal, or whatever else can be waited for, which it
// takes over. It reads, or writes, or both, as the file does; CloseWrite closes it. Goroutines
// that are not the loop's need the loop to run. With an error the file is closed.
//
// Semantics: asyncio.loop.connect_read_pipe and connect_write_pipe, CPython 3.15.
func AdoptFile(co *coro.Co, f *os.File) (*Conn, error) {
	if f == nil {
		panic("streams: AdoptFile of nil")
	}
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
	s.conn = newConn(co, s)
	return s.conn, nil
}

// A fileSocket is a descriptor that is no socket.
type fileSocket struct {
	socket
	conn *Conn
}

func (s *fileSocket) CloseWrite() error           { return s.conn.Close() }
func (s *fileSocket) Blocking() (net.Conn, error) { return nil, network.ErrOnLoopOnly }

type fileAddr string

func (fileAddr) Network() string  { return "file" }
func (a fileAddr) String() string { return string(a) }
