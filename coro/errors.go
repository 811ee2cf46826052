package coro

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ouro-loop/ouro/future"
)

var (
	// ErrOtherLoop is returned by the await of a future that belongs to another
	// loop than the task, and by the methods of a Generator that has begun on one; it
	// is in the panic of an EnsureFuture, Gather or AsCompleted of such a future.
	ErrOtherLoop = errors.New("coro: the future is attached to a different loop")

	// ErrAwaitSelf is returned by a task's await of itself.
	ErrAwaitSelf = errors.New("coro: a task cannot await itself")

	// ErrAlreadyAwaited is returned by what AsCompleted yields when that has been awaited as
	// often as there were Funcs.
	ErrAlreadyAwaited = errors.New("coro: what AsCompleted yields can be awaited once each")

	// ErrStopAsyncIteration is returned by the Next or Throw in which a generator comes to
	// its end, and by each Next after that; also by the Throw, and a second Close, of one
	// that was closed and has called Yield again. It is never wrapped there, nor returned
	// for another reason: it can be compared with ==.
	//
	// Semantics: StopAsyncIteration.
	ErrStopAsyncIteration = errors.New("coro: the asynchronous generator has ended")

	// ErrGeneratorExit is returned by Yield when the generator is to be closed. The
	// function cleans up, and returns it.
	//
	// Semantics: GeneratorExit.
	ErrGeneratorExit = errors.New("coro: the asynchronous generator is being closed")

	// ErrGeneratorRunning is returned by the Next, Throw or Close of a generator whose
	// function runs, or is suspended in an await of its own.
	ErrGeneratorRunning = errors.New("coro: the asynchronous generator is already running")

	// ErrGeneratorIgnoredExit is returned by the Close of a generator whose function has
	// called Yield again instead of ending.
	ErrGeneratorIgnoredExit = errors.New("coro: the asynchronous generator ignored ErrGeneratorExit")

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

	from []string // which task each of the errors is from, if that is known
}

// Format prints one paragraph for each member under the message for %+v, with its task,
// and the stack if it is a panic.
func (e *ExceptionGroup) Format(f fmt.State, verb rune) {
	if verb != 'v' || !f.Flag('+') {
		fmt.Fprintf(f, fmt.FormatString(f, verb), e.Error())
		return
	}
	fmt.Fprint(f, e.title())
	for i, err := range e.Errors {
		text := future.Details(err)
		if len(e.from) == len(e.Errors) {
			text = e.from[i] + ": " + text
		}
		fmt.Fprintf(f, "\n\n%s", indented(text))
	}
}

// indented makes one paragraph of a text, its first line indented and the others more.
func indented(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\n"); line != "" {
			lines = append(lines, line)
		}
	}
	return "  " + strings.Join(lines, "\n    ")
}

func (e *ExceptionGroup) Error() string {
	var b strings.Builder
	b.WriteString(e.title())
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

func (e *ExceptionGroup) title() string {
	plural := "s"
	if len(e.Errors) == 1 {
		plural = ""
	}
	return fmt.Sprintf("%s (%d error%s)", e.Message, len(e.Errors), plural)
}

// Unwrap gives the members.
func (e *ExceptionGroup) Unwrap() []error { return e.Errors }
