package streams

import (
	"net"
	"time"

	"github.com/ouro-loop/ouro/coro"
)

// A wire is what a tls.Conn has below it: a connection, raw, by the methods of a net.Conn. A tls.Conn
// holds locks while it reads and writes, so nothing here waits, but in the handshake, which has the
// tls.Conn for itself. A Read that finds nothing fails with errNothing, and crypto/tls keeps the part
// of a record that it has; what is written raw keeps, as a Writer's. Deadlines are for the Conn above.
type wire struct {
	raw   *Conn
	ahead []byte   // what had been read before there was TLS
	co    *coro.Co // which does the handshake, nil after it
	may   bool     // read once: there was an await, which is what gives way to other tasks
}

// errNothing is errAgain as crypto/tls takes it.
var errNothing error = netError{errAgain, true}

func (w *wire) Read(p []byte) (int, error) {
	if len(w.ahead) > 0 {
		n := copy(p, w.ahead)
		if w.ahead = w.ahead[n:]; len(w.ahead) == 0 {
			w.ahead = nil
		}
		return n, nil
	}
	for {
		if w.co != nil {
			if err := w.await(w.co); err != nil {
				return 0, err
			}
		}
		n, err := w.try(p)
		switch {
		case err != errAgain:
			return n, err
		case w.co == nil:
			return 0, errNothing
		}
	}
}

// await waits until a Read is worth it.
func (w *wire) await(co *coro.Co) error {
	if w.may = true; w.raw.closed {
		return nil
	}
	return w.raw.t.Await(co, reading)
}

func (w *wire) try(p []byte) (int, error) {
	switch {
	case !w.may:
		return 0, errAgain
	case w.raw.closed:
		return 0, net.ErrClosed
	}
	w.may = false
	return w.raw.t.TryRead(p)
}

func (w *wire) Write(p []byte) (int, error) {
	k := &w.raw.kept
	if k.err != nil {
		return 0, k.err
	}
	if err := k.add(p); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (w *wire) Close() error                     { return nil } // which the transport does
func (w *wire) LocalAddr() net.Addr              { return w.raw.LocalAddr() }
func (w *wire) RemoteAddr() net.Addr             { return w.raw.RemoteAddr() }
func (w *wire) SetDeadline(time.Time) error      { return nil }
func (w *wire) SetReadDeadline(time.Time) error  { return nil }
func (w *wire) SetWriteDeadline(time.Time) error { return nil }
