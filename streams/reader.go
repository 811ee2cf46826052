package streams

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"

	"github.com/ouro-loop/ouro/coro"
)

// Reader reads from a Conn, or from whatever reads: lines, up to separators, exactly, or all. What it
// has read and has not given yet it keeps, also when a read fails or is canceled.
//
// One task reads at a time.
//
// Semantics: asyncio.StreamReader, CPython 3.15.
//
// # Differences from asyncio
//
// It reads when it is asked, and not ahead. A line that is too long stays, and can be read with a
// higher limit; ReadLine of asyncio drops it.
type Reader struct {
	from  io.Reader
	conn  *Conn // from, if that is one
	buf   []byte
	taken int // of buf
	limit int
	err   error // with which from has ended
	busy  bool
}

// DefaultLimit is how long a line may be, if nothing else is said.
const DefaultLimit = 64 << 10

// minRead is how much room there is for a read.
const minRead = 4 << 10

// ReadOption is an option of NewReader, and of the reads that have a limit.
type ReadOption func(*readOptions)

type readOptions struct{ limit int }

// Limit is how many bytes may come before a separator.
func Limit(n int) ReadOption {
	if n <= 0 {
		panic(fmt.Sprintf("streams: Limit of %d; at least one byte it must be", n))
	}
	return func(o *readOptions) { o.limit = n }
}

// NewReader makes a Reader of a connection, or of what is on top of one, such as a *tls.Conn.
func NewReader(from io.Reader, opts ...ReadOption) *Reader {
	if from == nil {
		panic("streams: NewReader of nil")
	}
	conn, _ := from.(*Conn)
	return &Reader{from: from, conn: conn, limit: limitOf(DefaultLimit, opts)}
}

// SetLimit sets the limit of the reads that follow.
func (r *Reader) SetLimit(n int) { r.limit = limitOf(r.limit, []ReadOption{Limit(n)}) }

func limitOf(limit int, opts []ReadOption) int {
	o := readOptions{limit}
	for _, opt := range opts {
		if opt == nil {
			panic("streams: a nil ReadOption; leave it out")
		}
		opt(&o)
	}
	return o.limit
}

// errBusy is the error of a second task that reads at the same time.
var errBusy = errors.New("streams: another task reads from this Reader already")

// more reads what comes next into buf.
func (r *Reader) more(co *coro.Co) error {
	switch {
	case r.err != nil:
		return r.err
	case r.busy:
		return errBusy
	}
	r.busy = true
	defer func() { r.busy = false }()
	r.makeRoom()
	room := r.buf[len(r.buf):cap(r.buf)]
	var n int
	var err error
	if r.conn != nil {
		n, err = r.conn.read(co, room)
	} else {
		n, err = r.from.Read(room)
	}
	r.buf = r.buf[:len(r.buf)+n]
	switch {
	case n > 0:
		return nil // the error comes again
	case err == nil:
		return io.ErrNoProgress
	case !isPassing(err):
		r.err = err
	}
	return err
}

// isPassing reports whether another read may succeed: a cancellation, or a deadline that has come.
func isPassing(err error) bool {
	var e net.Error
	return errors.As(err, &e) && (e.Timeout() || isTemporary(e))
}

func isTemporary(err error) bool {
	var e interface{ Temporary() bool }
	return errors.As(err, &e) && e.Temporary()
}

// makeRoom has at least minRead behind what is in buf.
func (r *Reader) makeRoom() {
	if r.taken == len(r.buf) {
		r.buf, r.taken = r.buf[:0], 0
	}
	if cap(r.buf)-len(r.buf) >= minRead {
		return
	}
	if r.taken > 0 && cap(r.buf)-len(r.buf)+r.taken >= minRead {
		r.buf = r.buf[:copy(r.buf, r.buf[r.taken:])]
		r.taken = 0
		return
	}
	rest := r.buf[r.taken:]
	r.buf = append(make([]byte, 0, max(minRead, 2*(len(rest)+minRead)))[:0], rest...)
	r.taken = 0
}

// Buffered is what was read and not given yet. It is good until the next read.
func (r *Reader) Buffered() []byte { return r.buf[r.taken:] }

// take gives the first n bytes of what is there, which belong to the caller then.
func (r *Reader) take(n int) []byte {
	p := bytes.Clone(r.buf[r.taken : r.taken+n])
	r.Discard(n)
	return p
}

// Discard drops up to n bytes of what is Buffered, and returns how many.
func (r *Reader) Discard(n int) int {
	n = min(max(n, 0), len(r.buf)-r.taken)
	r.taken += n
	if r.taken == len(r.buf) {
		r.taken, r.buf = 0, r.buf[:0]
		if cap(r.buf) > 4*minRead {
			r.buf = nil // for the many connections that wait with nothing in hand
		}
	}
	return n
}

// AtEOF reports whether everything was given, and the stream has ended.
//
// Semantics: asyncio.StreamReader.at_eof, CPython 3.15.
func (r *Reader) AtEOF() bool { return r.err == io.EOF && r.taken == len(r.buf) }

// Read is that of an io.Reader: what was read already comes first. It waits in the coroutine that
// calls, see [Conn.Read].
func (r *Reader) Read(p []byte) (int, error) {
	if len(r.Buffered()) > 0 {
		n := copy(p, r.Buffered())
		r.Discard(n)
		return n, nil
	}
	if r.err != nil {
		return 0, r.err
	}
	return r.from.Read(p)
}

// ReadSome reads up to n bytes: what there is, and no more; it waits for some if there is nothing. At
// the end of the stream it returns io.EOF.
//
// Semantics: asyncio.StreamReader.read, CPython 3.15.
func (r *Reader) ReadSome(co *coro.Co, n int) ([]byte, error) {
	if n < 0 {
		return nil, fmt.Errorf("streams: a read of %d bytes; ReadAll reads to the end", n)
	}
	if n == 0 {
		return nil, nil
	}
	if len(r.Buffered()) == 0 {
		if err := r.more(co); err != nil {
			return nil, err
		}
	}
	return r.take(min(n, len(r.Buffered()))), nil
}

// ReadAll reads to the end of the stream.
//
// Semantics: asyncio.StreamReader.read of -1, CPython 3.15.
func (r *Reader) ReadAll(co *coro.Co) ([]byte, error) {
	for {
		switch err := r.more(co); {
		case err == io.EOF:
			return r.take(len(r.Buffered())), nil
		case err != nil:
			return nil, err
		}
	}
}

// ReadExactly reads n bytes. The error is an *IncompleteError, with what has come, if the stream ends
// before.
//
// Semantics: asyncio.StreamReader.readexactly, CPython 3.15.
func (r *Reader) ReadExactly(co *coro.Co, n int) ([]byte, error) {
	if n < 0 {
		return nil, fmt.Errorf("streams: a read of exactly %d bytes", n)
	}
	for len(r.Buffered()) < n {
		switch err := r.more(co); {
		case err == io.EOF:
			return nil, &IncompleteError{Partial: r.take(len(r.Buffered())), Expected: n}
		case err != nil:
			return nil, err
		}
	}
	return r.take(n), nil
}

// ReadLine reads up to a newline, which is part of what it returns. What comes without one at the end
// of the stream is the last line; after that there are empty ones. The error of a line that is too
// long is a *LimitError.
//
// Semantics: asyncio.StreamReader.readline, CPython 3.15.
func (r *Reader) ReadLine(co *coro.Co, opts ...ReadOption) ([]byte, error) {
	line, err := r.readUntil(co, limitOf(r.limit, opts), newline)
	var incomplete *IncompleteError
	if errors.As(err, &incomplete) {
		return incomplete.Partial, nil
	}
	return line, err
}

var newline = [][]byte{{'\n'}}

// ReadUntil reads up to the first of the separators, which is part of what it returns; where several
// end, the first end counts. The error is an *IncompleteError, with what has come, if the stream ends
// before; and a *LimitError, and nothing is taken, if more than the limit comes before one.
//
// Semantics: asyncio.StreamReader.readuntil, CPython 3.15.
func (r *Reader) ReadUntil(co *coro.Co, separators ...[]byte) ([]byte, error) {
	return r.readUntil(co, r.limit, separators)
}

func (r *Reader) readUntil(co *coro.Co, limit int, separators [][]byte) ([]byte, error) {
	if len(separators) == 0 || slices.ContainsFunc(separators, func(s []byte) bool { return len(s) == 0 }) {
		return nil, errors.New("streams: a read up to no separator, or up to an empty one")
	}
	longest := len(slices.MaxFunc(separators, func(a, b []byte) int { return len(a) - len(b) }))
	for from := 0; ; {
		data := r.Buffered()
		if begin, end := firstOf(data, separators, from); end > 0 {
			if begin > limit {
				return nil, &LimitError{limit, begin, true}
			}
			return r.take(end), nil
		}
		if from = max(from, len(data)+1-longest); from > limit {
			return nil, &LimitError{limit, from, false}
		}
		switch err := r.more(co); {
		case err == io.EOF:
			return nil, &IncompleteError{Partial: r.take(len(r.Buffered())), Expected: -1}
		case err != nil:
			return nil, err
		}
	}
}

// firstOf is where the separator begins and ends that ends first, from a place on; zero if there is
// none.
func firstOf(data []byte, separators [][]byte, from int) (begin, end int) {
	for _, s := range separators {
		at := bytes.Index(data[from:], s)
		if at < 0 {
			continue
		}
		if at += from; end == 0 || at+len(s) < end || at+len(s) == end && at > begin {
			begin, end = at, at+len(s)
		}
	}
	return begin, end
}
