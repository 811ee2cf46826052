package coro

import (
	"errors"
	"fmt"
	"strings"
)

var (
	// ErrOtherLoop is returned by the await of a future that belongs to another
	// loop than the task, and is in the panic of an EnsureFuture, Gather or
	// AsCompleted of one.
	ErrOtherLoop = errors.New("coro: the future is attached to a different loop")

	// ErrAwaitSelf is returned by a task's await of itself.
	ErrAwaitSelf = errors.New("coro: a task cannot await itself")

	// ErrGroupInactive is in the panic of a CreateTask for a group that has
	// ended, or is shutting down after an error or a cancellation.
	ErrGroupInactive = errors.New("coro: the task group takes no more tasks")

	// ErrTimeoutInactive is returned by Reschedule of a timeout that has expired,
	// or whose block has ended.
	ErrTimeoutInactive = errors.New("coro: the timeout is no longer active")
)

// ExceptionGroup is the errors of a task group: those of its tasks in the order
// in which they failed, and that of its body last. errors.Is and errors.As look
// into it.
//
// Semantics: ExceptionGroup.
type ExceptionGroup struct {
	Message string
	Errors  []error
}

func (e *ExceptionGroup) Error() string {
	var b strings.Builder
	plural := "s"
	if len(e.Errors) == 1 {
		plural = ""
	}
	fmt.Fprintf(&b, "%s (%d error%s)", e.Message, len(e.Errors), plural)
	for i, err := range e.Errors {
		sep := "; "
		if i == 0 {
			sep = ": "
		}
		b.WriteString(sep)
		b.WriteString(err.Error())
	}
	return b.String()
}

// Unwrap gives the members.
func (e *ExceptionGroup) Unwrap() []error { return e.Errors }
