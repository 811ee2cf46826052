package network

import (
	"errors"
	"net"
	"time"

	"github.com/ouro-loop/ouro/coro"
)

// A Transport is one end of a connection, as a network makes it. All that is above it is Conn's, once:
// deadlines, cancellation, lines of tasks, what is kept to be sent, and who calls. Its methods are
// called on the loop's goroutine, and none but the addresses after Close.
type Transport interface {
	// Await waits until a try is worth it, or LookAgain is called; it may give way to other tasks
	// first. The error is the cancellation of the task.
	Await(co *coro.Co, in Direction) error
	LookAgain(in Direction)

	// TryRead and TryWrite do what can be done at once. Where that is nothing they return
	// ErrAgain. At the end of what there is to read, TryRead returns io.EOF. A TryWrite that returns
	// ErrAgain with bytes has taken those, and they are on their way when the next one is worth it.
	TryRead(p []byte) (int, error)
	TryWrite(p []byte) (int, error)

	// TryReadable is TryRead, but takes nothing: ErrAgain, or nil if TryRead has something to say.
	TryReadable() error

	// WhenWritable has f called once, in a callback, when a TryWrite is worth it.
	WhenWritable(f func())

	CloseWrite() error
	Close(abort bool) error

	// Blocking is the connection for other goroutines, or ErrOnLoopOnly. These three are safe for concurrent use.
	// After Unblock, who blocks on it returns, and so does the next.
	Blocking() (net.Conn, error)
	Unblock()
	SetBlockingDeadline(in Direction, t time.Time)

	Ends
}

// Ends are what a connection is between.
type Ends interface {
	Network() string
	LocalAddr() net.Addr
	RemoteAddr() net.Addr
}

// A HangUpTransport is one that knows of the end of what the other side sends while nobody reads.
type HangUpTransport interface {
	Transport

	// WhenHungUp has f called once, in a callback, when the other side sends nothing more, or the
	// connection has ended, on this side too.
	WhenHungUp(f func())
}

// A FileTransport is one that can send from a regular file without a copy of what it sends.
type FileTransport interface {
	Transport

	// TrySendFile is TryWrite of up to so many bytes, from the place where a file is, which it
	// moves. It returns 0 and no error at the end of the file.
	TrySendFile(from uintptr, most int) (int, error)
}

// A PacketTransport is one for datagrams.
type PacketTransport interface {
	Transport

	// TryReceive takes the next datagram, and TrySend sends one: to the one peer that there is, if
	// the address is nil.
	TryReceive(p []byte) (n int, from net.Addr, err error)
	TrySend(p []byte, to net.Addr) error
}

// A Listener is where connections come from. Its methods are called on the loop's goroutine, and none but
// Addr after Close.
type Listener interface {
	// Await waits until a TryAccept is worth it, or the Listener is closed. The error is the
	// cancellation of the task.
	Await(co *coro.Co) error

	// TryAccept takes the next connection; where there is none it returns ErrAgain.
	TryAccept(co *coro.Co) (Transport, error)

	// Blocking is the listener for other goroutines, or ErrOnLoopOnly. After Unblock, who blocks on it returns, and
	// so does the next. Both are safe for concurrent use.
	Blocking() (net.Listener, error)
	Unblock()

	Close() error
	Addr() net.Addr
}

// A Direction is what an operation does.
type Direction uint8

// The directions.
const (
	Reading Direction = iota
	Writing
)

// ErrAgain is what a try returns that could do nothing.
var ErrAgain = errors.New("streams: nothing can be done at once")
