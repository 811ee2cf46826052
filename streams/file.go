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
	t, err := native.adoptFile(co, f)
	if err != nil {
		return nil, err
	}
	a := &adoptedFile{transport: t}
	a.conn = newConn(co, a)
	return a.conn, nil
}

// An adoptedFile is the transport of what is no socket.
type adoptedFile struct {
	transport
	conn *Conn
}

func (a *adoptedFile) CloseWrite() error           { return a.conn.Close() }
func (a *adoptedFile) Blocking() (net.Conn, error) { return nil, network.ErrOnLoopOnly }

type fileAddr string

func (fileAddr) Network() string  { return "file" }
func (a fileAddr) String() string { return string(a) }
