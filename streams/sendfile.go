package streams

import (
	"errors"
	"io"
	"io/fs"
	"math"
	"syscall"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/streams/internal/network"
)

// ReadFrom sends what r has, to its end; it is what io.Copy calls. What comes from a regular file, or
// through an io.LimitedReader from a part of one, the kernel sends without a copy, where it can. With an
// error, a cancellation too, the file is where those bytes end that were sent. What comes from
// elsewhere is read in the goroutine that calls.
//
// Semantics: asyncio.loop.sendfile, CPython 3.15.
func (c *Conn) ReadFrom(r io.Reader) (int64, error) {
	co, err := c.caller()
	switch {
	case err != nil:
		return 0, c.opError("write", err)
	case co == nil:
		return c.readFromElsewhere(r)
	}
	if t, ok := c.t.(network.FileTransport); ok {
		if sent, can, err := c.sendFile(co, t, r); can {
			return sent, err
		}
	}
	return c.copyFrom(r)
}

// copyFrom is ReadFrom without the kernel's help. What was read of a file, and not sent, is still to be read.
func (c *Conn) copyFrom(r io.Reader) (int64, error) {
	part, ok := r.(*io.LimitedReader)
	if !ok {
		part = &io.LimitedReader{R: r, N: math.MaxInt64}
	}
	size := part.N
	f, ok := part.R.(io.Seeker)
	if !ok || regular(part.R) == nil {
		return io.Copy(writerOnly{c}, r)
	}
	began, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0, err
	}
	sent, err := io.Copy(writerOnly{c}, part)
	if err != nil {
		part.N = size - sent
		if _, seeking := f.Seek(began+sent, io.SeekStart); seeking != nil {
			err = errors.Join(err, seeking)
		}
	}
	return sent, err
}

// writerOnly hides ReadFrom from io.Copy.
type writerOnly struct{ io.Writer }

func (c *Conn) readFromElsewhere(r io.Reader) (int64, error) {
	b, err := c.t.Blocking()
	switch {
	case err == network.ErrOnLoopOnly:
		return io.Copy(writerOnly{c}, r)
	case err != nil:
		return 0, c.opError("write", err)
	}
	return io.Copy(b, r)
}

// A file is an *os.File, or what io.Copy makes of one.
type file interface {
	io.Reader
	syscall.Conn
	Stat() (fs.FileInfo, error)
}

// regular is the descriptor of what is read, if that is a regular file, else nil.
func regular(r io.Reader) syscall.RawConn {
	f, ok := r.(file)
	if !ok {
		return nil
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	raw, err := f.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

// maxSendFile is how much of a file is sent before others have their turn.
const maxSendFile = 1 << 20

// sendFile has the kernel send r, and reports whether it does that: not if r is no regular file.
func (c *Conn) sendFile(co *coro.Co, t network.FileTransport, r io.Reader) (sent int64, can bool, err error) {
	part, ok := r.(*io.LimitedReader)
	if !ok {
		part = &io.LimitedReader{R: r, N: math.MaxInt64}
	}
	from := regular(part.R)
	if from == nil {
		return 0, false, nil
	}
	can = true
	err = c.transmit(co, func() (all bool, err error) {
		var n int
		if closed := from.Control(func(fd uintptr) {
			n, err = t.TrySendFile(fd, int(min(max(part.N, 0), maxSendFile)))
		}); closed != nil {
			return true, closed
		}
		switch {
		case errors.Is(err, errors.ErrUnsupported) && sent == 0:
			can = false
			return true, nil
		case err != nil && err != errAgain:
			c.kept.drop(err)
			return true, err
		case err == nil && n == 0:
			return true, nil
		}
		sent += int64(n)
		part.N -= int64(n)
		return false, errAgain
	})
	return sent, can, err
}
