package executor

import (
	"context"
	"errors"
)

var (
	// ErrCanceled is the error of a future that was canceled before its work
	// started. It is context.Canceled as well, to errors.Is.
	//
	// Semantics: concurrent.futures.CancelledError, CPython 3.15.
	ErrCanceled error = canceledError{}

	// ErrInvalidState is returned when a future is asked for a result that it
	// does not have yet, or given one when it is done.
	//
	// Semantics: concurrent.futures.InvalidStateError, CPython 3.15.
	ErrInvalidState = errors.New("executor: invalid state of the future")

	// ErrShutdown is returned for a job that is handed to an executor after its
	// Shutdown.
	//
	// Semantics: the RuntimeError "cannot schedule new futures after shutdown",
	// CPython 3.15.
	ErrShutdown = errors.New("executor: cannot accept jobs after shutdown")

	// ErrGoexit is the error of a future whose function ended its goroutine
	// with runtime.Goexit, as testing.T.FailNow does, and so never returned.
	ErrGoexit = errors.New("executor: the function called runtime.Goexit")
)

type canceledError struct{}

func (canceledError) Error() string { return "executor: future canceled" }

func (canceledError) Is(target error) bool { return target == context.Canceled }
