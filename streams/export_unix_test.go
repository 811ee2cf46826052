//go:build unix

package streams

import (
	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/driver"
)

// AcceptFailed is what a Listener makes of an error of accept.
func AcceptFailed(co *coro.Co, l *Listener, err error) error {
	return l.from.(*listenSocket).acceptFailed(co, err)
}

// Try is what a Read makes of a system call that reads from a stream: while that is ready, it tries again.
func Try(c *Conn, p []byte, call func(p []byte) (int, error)) (int, error) {
	s := c.t.(*socket)
	for s.watched.IsReady(driver.Read) {
		n, err := call(p)
		if n, err = s.hasRead(n, len(p), err); err != errAgain {
			return n, err
		}
	}
	return 0, errAgain
}

// Attempt is Try of one that gives a datagram at a time.
func Attempt(c *Conn, call func() error) error {
	return c.t.(*socket).attempt(driver.Read, "call", call)
}
