package executor

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
)

var (
	// ErrCanceled is the error of a future that was canceled before its work
	// started. It is context.Canceled as well, to errors.Is.
	//
	// Semantics: concurrent.futures.CancelledError, CPython 3.14.
	ErrCanceled error = canceledError{}

	// ErrInvalidState is returned when a future is asked for a result that it
	// does not have yet, or given one when it is done.
	//
	// Semantics: concurrent.futures.InvalidStateError, CPython 3.14.
	ErrInvalidState = errors.New("executor: invalid state of the future")

	// ErrShutdown is returned for a job that is handed to an executor after its
	// Shutdown.
	//
	// Semantics: the RuntimeError "cannot schedule new futures after shutdown",
	// CPython 3.14.
	ErrShutdown = errors.New("executor: cannot accept jobs after shutdown")

	// ErrGoexit is the error of a future whose function ended its goroutine
	// with runtime.Goexit, as testing.T.FailNow does, and so never returned.
	ErrGoexit = errors.New("executor: the function called runtime.Goexit")
)

type canceledError struct{}

func (canceledError) Error() string { return "executor: future canceled" }

func (canceledError) Is(target error) bool { return target == context.Canceled }

// PanicError is the error of a future whose function panicked. The verb %+v
// prints the stack behind the message.
type PanicError struct {
	Value any    // what the function panicked with
	Stack []byte // of the goroutine at the panic, as debug.Stack prints it
}

// newPanicError must be called by the deferred function that recovered value:
// there the stack still shows where the panic began.
func newPanicError(value any) *PanicError {
	return &PanicError{Value: value, Stack: debug.Stack()}
}

// Error returns the panic's value in one line, without the stack.
func (e *PanicError) Error() string { return fmt.Sprintf("executor: panic: %v", e.Value) }

// Unwrap returns the panic's value if that is an error, and nil otherwise.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// Format implements fmt.Formatter: %+v is the message and the stack, any other
// verb formats the message.
func (e *PanicError) Format(s fmt.State, verb rune) {
	if verb == 'v' && s.Flag('+') {
		fmt.Fprintf(s, "%s\n\n%s", e.Error(), e.Stack)
		return
	}
	fmt.Fprintf(s, fmt.FormatString(s, verb), e.Error())
}
