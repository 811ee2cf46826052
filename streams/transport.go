package streams

import (
	"errors"
	"net"
	"time"

	"github.com/ouro-loop/ouro/coro"
)

// A transport is one end of a connection, as a network makes it. All that is above it is Conn's, once:
// deadlines, cancellation, lines of tasks, what is kept to be sent, and who calls. Its methods are
// called on the loop's goroutine, and none but the addresses after close.
type transport interface {
	// await waits until a try is worth it, or lookAgain is called; it may give way to other tasks
	// first. The error is the cancellation of the task.
	await(co *coro.Co, in direction) error
	lookAgain(in direction)

	// tryRead and tryWrite do what can be done at once. Where that is nothing they return
	// errAgain. At the end of what there is to read, tryRead returns io.EOF.
	tryRead(p []byte) (int, error)
	tryWrite(p []byte) (int, error)

	// whenWritable has f called once, in a callback, when a tryWrite is worth it.
	whenWritable(f func())

	closeWrite() error
	close(abort bool) error

	// blocking is the connection for other goroutines. These three are safe for concurrent use.
	// After unblock, who blocks on it returns, and so does the next.
	blocking() (net.Conn, error)
	unblock()
	setBlockingDeadline(in direction, t time.Time)

	network() string
	localAddr() net.Addr
	remoteAddr() net.Addr
}

type direction uint8

const (
	reading direction = iota
	writing
)

// errAgain is what a transport returns that could do nothing.
var errAgain = errors.New("streams: nothing can be done at once")
