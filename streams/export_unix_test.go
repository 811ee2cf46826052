//go:build unix

package streams

import (
	"github.com/ouro-loop/ouro/coro"
)

// AcceptFailed is what a Listener makes of an error of accept.
func AcceptFailed(co *coro.Co, l *Listener, err error) error {
	return l.from.(*listenSocket).acceptFailed(co, err)
}
