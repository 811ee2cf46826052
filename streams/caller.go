package streams

import (
	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/sched"
)

// caller is the coroutine that calls, whose Co nobody has handed on: a Read is deep in a library.
func (c *Conn) caller() (*coro.Co, error) {
	at, s, k := sched.WhoCalls()
	switch {
	case at == sched.InCoroutine && s == c.sched:
		return k.Body().(interface{ Co() *coro.Co }).Co(), nil
	case at == sched.InCoroutine:
		return nil, coro.ErrOtherLoop
	case at == sched.InCallback:
		return nil, ErrCallback
	}
	return nil, ErrElsewhere
}
