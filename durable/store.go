package durable

import (
	"context"
	"time"
)

// A Store keeps journals. [Dir] is one, and [Memory]. Its methods are safe for
// concurrent use, those of a Journal are not.
type Store interface {
	// Acquire takes the program for its caller, and creates its journal if there is none. Nobody else
	// has it until Close, or until the caller is thought dead. The error wraps ErrRunning if
	// somebody has it.
	Acquire(ctx context.Context, id string) (Journal, error)

	// Read returns the entries of the journal, without taking the program. The error wraps ErrNoProgram if there is none.
	Read(ctx context.Context, id string) ([][]byte, error)

	// List returns the ids of all programs whose journals have entries, sorted.
	List(ctx context.Context) ([]string, error)

	// Due returns up to limit programs that have entries, that nobody has, and that have something to do: the
	// time at which they wanted to be woken has come, see Close of Journal, or there are messages and they have not
	// ended. Those of a process that is dead are due.
	Due(ctx context.Context, now time.Time, limit int) ([]string, error)

	// Send leaves a message for a program, which need not have begun. It is durable when Send
	// returns. One whose key was sent before is dropped, as long as that one is there.
	Send(ctx context.Context, id string, m Message) error
}

// A Message is a signal, or a cancellation, on its way to a program.
type Message struct {
	Key   string // tells it from all others of the program
	Entry []byte // the Record that comes of it
}

// A Journal is that of a program which its owner has taken. Entries are opaque to it.
type Journal interface {
	// Entries are those that there were when it was taken, or after the last Replace, in order.
	Entries() [][]byte

	// Append appends entries, to a journal that has some. They are durable when it returns nil; when it fails, a prefix of them
	// may be. The error wraps ErrLost if another process has the program, or may have: nothing can be written then.
	Append(ctx context.Context, entries ...[]byte) error

	// Replace puts entries in the place of all that there are, if any, at once: after a crash there are either
	// these or those.
	Replace(ctx context.Context, entries ...[]byte) error

	// Messages are those that were sent and not removed, in the order in which they were sent.
	Messages(ctx context.Context) ([]Message, error)

	// Remove removes messages.
	Remove(ctx context.Context, keys ...string) error

	// Arrived has a value when there may be further messages.
	Arrived() <-chan struct{}

	// Lost is closed when another process may have the program.
	Lost() <-chan struct{}

	// Delete removes the program, its entries and its messages, and gives it back, in place of Close. After a crash
	// there are either all of its entries or none. If it fails Close gives the program back, else Close does nothing.
	Delete(ctx context.Context) error

	// Close gives the program back. wake is when it is due even if there is no message: the zero Time for at
	// once, and [Never] for one that has ended, which no message wakes either.
	Close(wake time.Time) error
}

// Never is when a program is woken that has ended.
var Never = time.Unix(1<<33, 0) // in the year 2242; file systems know no later one
