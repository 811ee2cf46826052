package durable

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/record"
)

var (
	// ErrRunning is wrapped by the error of a Run of a program that is running already, here or elsewhere.
	ErrRunning = errors.New("durable: it is running already")

	// ErrLost is wrapped by the error of a Run that has lost its program to another process: it was thought
	// dead. It has written nothing since.
	ErrLost = errors.New("durable: another process has taken the program over")

	// ErrStopped is what a program is told while it is unwound, as its Run ends before it does. It will
	// go on from its journal, so nothing that it does now counts.
	ErrStopped = errors.New("durable: the program is stopped, and goes on another time from its journal")

	// ErrAbandoned is the cause, see context.Cause, with which the context of an activity ends that nobody waits for
	// any more: its task was canceled, or the attempt has taken too long. It is not when the program stops, and goes on
	// another time.
	ErrAbandoned = errors.New("durable: nobody waits for the activity any more")

	// ErrNotDurable is the error of what needs a durable program, in a coroutine that is in none.
	ErrNotDurable = errors.New("durable: the coroutine is in no program that durable.Run runs")

	// ErrNoProgram is wrapped by the errors of what is asked of a program that has not begun.
	ErrNoProgram = errors.New("durable: there is no such program")

	// ErrJournalFull is wrapped by the error of a Run whose journal has as many records as it may, see
	// [MaxRecords].
	ErrJournalFull = errors.New("durable: the journal is full")
)

// An Error is an error of an activity or a program as the journal has it: what is left of it when it comes
// back. It is the same when the program runs for the first time. errors.Is finds in it the errors of packages io, io/fs, context
// and executor, and [KnownErrors], that were in it.
type Error struct {
	Type string // as %T has it
	Text string

	permanent bool
	is        []error
}

func (e *Error) Error() string { return e.Text }

// Is has errors.Is answer as it did for the error itself.
func (e *Error) Is(target error) bool { return slices.Contains(e.is, target) }

// An ActivityError is the error of an activity that has failed.
type ActivityError struct {
	Name     string
	N        uint64 // the number of its last attempt in the program
	Attempts int
	Err      *Error // of the last one
}

func (e *ActivityError) Error() string {
	s := fmt.Sprintf("activity %q: %v", e.Name, e.Err)
	if e.Attempts > 1 {
		s += fmt.Sprintf(" (attempt %d)", e.Attempts)
	}
	return s
}

func (e *ActivityError) Unwrap() error { return e.Err }

// A PartedError is the error of a replay in which the program does something else than the journal
// has: its code was changed, or it does not depend on its journal alone. Nothing was written, and no
// activity was started: with the right code it goes on.
type PartedError struct {
	ID      string
	Index   int    // the first record that is not as the program has it
	Journal string // that record
	Program string // what the program does instead
}

func (e *PartedError) Error() string {
	return fmt.Sprintf("durable: program %q parts from record %d of its journal: it %s, where the journal has: %s", e.ID, e.Index, e.Program, e.Journal)
}

// An unkeptError is that of a program whose result cannot be encoded. It is for better code to go on from.
type unkeptError struct{ err error }

func (e *unkeptError) Error() string {
	return fmt.Sprintf("durable: what the program returns cannot be kept: %v", e.err)
}

func (e *unkeptError) Unwrap() error { return e.err }

// Permanent marks the error of an activity as one that further attempts would not mend.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return &permanentError{err}
}

type permanentError struct{ error }

func (e *permanentError) Unwrap() error { return e.error }

// A storedError is an error in a journal.
type storedError struct {
	Type      string
	Text      string
	Is        []string `json:",omitempty"` // the texts of the known errors that it was
	Permanent bool     `json:",omitempty"`
	Canceled  bool     `json:",omitempty"`
	Message   string   `json:",omitempty"` // of a cancellation
}

// knownErrors are those that come back as they are.
type knownErrors []error

func newKnownErrors(more []error) knownErrors { return append(slices.Clone(record.Sentinels), more...) }

func (k knownErrors) encode(err error) []byte {
	if remote, ok := err.(*remoteError); ok {
		return remote.data
	}
	stored := storedError{Type: fmt.Sprintf("%T", err), Text: err.Error(), Canceled: future.IsCanceled(err)}
	if canceled := new(future.CanceledError); stored.Canceled && errors.As(err, &canceled) {
		stored.Message, _ = canceled.Message()
	}
	if permanent := new(permanentError); errors.As(err, &permanent) {
		stored.Permanent = true
		stored.Type = fmt.Sprintf("%T", permanent.error)
	}
	for _, known := range k {
		if errors.Is(err, known) {
			stored.Is = append(stored.Is, known.Error())
		}
	}
	data, _ := json.Marshal(stored) // of strings and booleans
	return data
}

func (k knownErrors) decode(data []byte) (*Error, error) {
	var stored storedError
	if err := json.Unmarshal(data, &stored); err != nil {
		return nil, errNoRecord
	}
	if stored.Canceled {
		return nil, future.NewCanceledError(stored.Message)
	}
	e := &Error{Type: stored.Type, Text: stored.Text, permanent: stored.Permanent}
	for _, known := range k {
		if slices.Contains(stored.Is, known.Error()) {
			e.is = append(e.is, known)
		}
	}
	return e, nil
}

// errorText is the text of an error that was encoded.
func errorText(data []byte) string {
	var stored storedError
	if json.Unmarshal(data, &stored) != nil {
		return short(data)
	}
	return stored.Text
}
