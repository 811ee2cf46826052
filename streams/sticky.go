package streams

import (
	"fmt"
	"net"

	"github.com/ouro-loop/ouro/coro"
)

// SetSticky has a cancellation stay. It is for connections that are given to libraries: many read on after
// an error, such as bufio.Reader.ReadLine in the middle of a line, and a task that was canceled once
// would go on. Those of a [Dialer] begin so.
//
// Once an operation of a task was canceled, all others of that task fail with the cancellation too, until
// the task has taken it back, as coro.Timeout does in the end. From then on, and for other tasks, which
// a pool may give the connection to, the error is one that wraps net.ErrClosed.
func (c *Conn) SetSticky(on bool) { c.sticky = on }

// A stays is a cancellation that stays.
type stays struct {
	canceled error
	task     coro.AnyTask
}

var errCanceled = fmt.Errorf("streams: an operation on this connection was canceled, after which it is of no use: %w", net.ErrClosed)

func (c *Conn) spoil(co *coro.Co, canceled error) {
	c.stays, c.spoilt = &stays{canceled, coro.CurrentTask(co)}, errCanceled
}

// whySpoilt is why there can be no operation of that task, nil if there can.
func (c *Conn) whySpoilt(co *coro.Co) error {
	if s := c.stays; s != nil && s.task == coro.CurrentTask(co) && s.task.Canceling() > 0 {
		return s.canceled
	}
	return c.spoilt
}
