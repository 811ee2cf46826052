package future

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/internal/chain"
	"github.com/ouro-loop/ouro/internal/frames"
)

// ErrInvalidState is returned for a result asked of a future that has none yet,
// and for a result given to a future that is done.
//
// Semantics: asyncio.InvalidStateError.
var ErrInvalidState = errors.New("future: invalid state")

// ErrCanceled matches every [CanceledError] under errors.Is.
//
// Semantics: asyncio.CancelledError.
var ErrCanceled error = &CanceledError{}

// ErrKeyboardInterrupt is what a program ends with that was interrupted twice, or
// whose main task ended canceled by an interrupt. A task that returns it ends
// the run of its loop at once.
//
// Semantics: KeyboardInterrupt.
var ErrKeyboardInterrupt = errors.New("keyboard interrupt")

// SystemExit, returned by a task, ends the run of its loop at once: it is what
// RunForever and Run then return.
//
// Semantics: SystemExit.
type SystemExit struct{ Code int }

func (e *SystemExit) Error() string { return fmt.Sprintf("exit status %d", e.Code) }

// IsBase reports whether err escapes task groups and ends the run of its loop: whether it
// is ErrKeyboardInterrupt or a *SystemExit, or wrapped around one in a single chain, as
// for [IsCanceled].
func IsBase(err error) bool {
	return err != nil && chain.Has(err, func(err error) bool {
		_, ok := err.(*SystemExit)
		return ok || err == ErrKeyboardInterrupt
	})
}

// CanceledError is the error of what was canceled. It answers errors.Is for
// ErrCanceled and context.Canceled.
//
// Semantics: asyncio.CancelledError.
type CanceledError struct {
	// Cause is what a library has made of the cancellation that it was told of by the context of a
	// task, see coro.Co.Context; nil as a rule.
	Cause error

	msg *string
}

// NewCanceledError returns a CanceledError, with a message if one is given.
func NewCanceledError(msg ...string) *CanceledError {
	return &CanceledError{msg: message(msg)}
}

// Message is what was given to Cancel, and whether anything was.
func (e *CanceledError) Message() (msg string, ok bool) {
	if e.msg == nil {
		return "", false
	}
	return *e.msg, true
}

func (e *CanceledError) Error() string {
	switch {
	case e.Cause != nil:
		return "canceled: " + e.Cause.Error()
	case e.msg == nil || *e.msg == "":
		return "canceled"
	}
	return "canceled: " + *e.msg
}

// Unwrap is the Cause.
func (e *CanceledError) Unwrap() error { return e.Cause }

// Is makes every cancellation the same for errors.Is, whatever its message.
func (e *CanceledError) Is(target error) bool {
	return target == ErrCanceled || target == context.Canceled
}

// IsCanceled reports whether err is a cancellation: a *CanceledError, or wrapped
// around one in a single chain. A group of errors that holds one among others is
// not, nor is a context.Canceled that came from elsewhere. A group of one is, since
// errors.Join makes one of an error and a cleanup that succeeded.
func IsCanceled(err error) bool {
	switch err.(type) {
	case nil:
		return false
	case *CanceledError:
		return true
	}
	return chain.Has(err, func(err error) bool {
		_, ok := err.(*CanceledError)
		return ok
	})
}

// TimeoutError says that a time limit ran out. It answers errors.Is for
// context.DeadlineExceeded and os.ErrDeadlineExceeded, and not for ErrCanceled,
// although a cancellation is how the limit was enforced.
//
// Semantics: asyncio.TimeoutError.
type TimeoutError struct {
	Cause error // the cancellation that the limit turned into this error; may be nil

	After      time.Duration // the limit, from the beginning; 0 if there was no time at all, or it is not known
	WaitingFor string        // what the task was waiting for when the time was over; "" if it was not, or it is not known
}

// Error tells what is known: timed out after 10s, waiting for lock "a".
func (e *TimeoutError) Error() string {
	text := "timed out"
	if e.After > 0 {
		text += fmt.Sprintf(" after %v", e.After)
	}
	if e.WaitingFor != "" {
		text += ", waiting for " + e.WaitingFor
	}
	return text
}

// Timeout reports true, as net.Error has it.
func (e *TimeoutError) Timeout() bool { return true }

// Is reports whether target is one of Go's own errors for a passed deadline.
func (e *TimeoutError) Is(target error) bool {
	return target == context.DeadlineExceeded || target == os.ErrDeadlineExceeded
}

// IsTimeout reports whether err says that a time limit ran out: whether its Timeout method
// does, as that of a [TimeoutError], of context.DeadlineExceeded, os.ErrDeadlineExceeded
// and of what package net returns does, or whether it is wrapped around such an error in a
// single chain, as for [IsCanceled]. A group of errors that holds one among others is
// none, although errors.Is finds it there.
//
// Semantics: except TimeoutError.
func IsTimeout(err error) bool {
	return err != nil && chain.Has(err, func(err error) bool {
		t, ok := err.(interface{ Timeout() bool })
		return ok && t.Timeout()
	})
}

// PanicError takes the place of the error of a coroutine or callback that
// panicked. Format it with %+v to see the stack; [Details] finds it in what wraps it.
type PanicError struct {
	Value any    // what was given to panic
	Stack []byte // the panicking goroutine's stack, as debug.Stack has it
	Task  string // the name of the task it happened in, "" for a callback
}

// NewPanicError is for a deferred function that has recovered v: it keeps the stack of
// the panic, which is still there.
func NewPanicError(v any) *PanicError {
	// debug.Stack begins with a buffer that is too small for most stacks, and writes
	// them several times over.
	for size := 8 << 10; ; size *= 2 {
		stack := make([]byte, size)
		if n := runtime.Stack(stack, false); n < size {
			return &PanicError{Value: v, Stack: bytes.Clone(stack[:n])}
		}
	}
}

// Error tells the value, and in which task and at which line of the program it
// happened: panic: boom (task "fetch", at client/fetch.go:12).
func (e *PanicError) Error() string {
	var where []string
	if e.Task != "" {
		where = append(where, fmt.Sprintf("task %q", e.Task))
	}
	if _, calls := frames.Panicked(e.Stack); len(calls) > 0 {
		where = append(where, "at "+calls[0].Short())
	}
	if len(where) == 0 {
		return fmt.Sprintf("panic: %v", e.Value)
	}
	return fmt.Sprintf("panic: %v (%s)", e.Value, strings.Join(where, ", "))
}

// Unwrap gives the value of the panic if it was an error, so that errors.Is and
// errors.As find it.
func (e *PanicError) Unwrap() error {
	// A panic is never a cancellation, whatever it carries: IsCanceled walks
	// this chain.
	if err, ok := e.Value.(error); ok && !IsCanceled(err) {
		return err
	}
	return nil
}

// Format prints the stack under the message for %+v.
func (e *PanicError) Format(f fmt.State, verb rune) {
	if verb == 'v' && f.Flag('+') {
		fmt.Fprintf(f, "%s\n\n%s", e.Error(), e.Stack)
		return
	}
	fmt.Fprintf(f, fmt.FormatString(f, verb), e.Error())
}

// Details is all that err tells: its message, and under it what %+v prints of the errors
// that it wraps, such as the stack of a [PanicError]. An error of fmt.Errorf does not
// print that itself.
func Details(err error) string {
	switch err.(type) {
	case nil:
		return ""
	case fmt.Formatter:
		return fmt.Sprintf("%+v", err)
	}
	return err.Error() + wrappedDetails(err)
}

// wrappedDetails are paragraphs about the errors that err wraps, as far as these have
// more to tell than their messages, which are in that of err.
func wrappedDetails(err error) string {
	var b strings.Builder
	left := wrappedBy(err)
	for range chain.Most {
		if len(left) == 0 {
			break
		}
		err, left = left[0], left[1:]
		if _, ok := err.(fmt.Formatter); ok {
			fmt.Fprintf(&b, "\n\n%+v", err)
		} else if wrapped := wrappedBy(err); len(wrapped) > 0 {
			left = append(wrapped, left...)
		}
	}
	return b.String()
}

// wrappedBy are the errors that err wraps, in a slice of the caller's.
func wrappedBy(err error) []error {
	switch u := err.(type) {
	case interface{ Unwrap() error }:
		return []error{u.Unwrap()}
	case interface{ Unwrap() []error }:
		return slices.Clone(u.Unwrap())
	}
	return nil
}

// message turns the optional last argument of Cancel into a pointer that keeps
// "none" apart from "".
func message(msg []string) *string {
	if len(msg) == 0 {
		return nil
	}
	m := msg[0]
	return &m
}
