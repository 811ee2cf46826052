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

// Try is what a socket makes of a system call that reads from it, of a stream.
func Try(c *Conn, p []byte, call func(p []byte) (int, error)) (int, error) {
	return c.t.(*socket).try(driver.Read, "call", p, func(_ int, p []byte) (int, error) { return call(p) })
}

// Attempt is Try of one that gives a datagram at a time.
func Attempt(c *Conn, call func() error) error {
	return c.t.(*socket).attempt(driver.Read, "call", call)
}
