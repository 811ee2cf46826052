package record

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/ouro-loop/ouro/executor"
)

// Sentinels are the errors that come back as they are. They are never taken out or put into
// another order, as records have their places.
var Sentinels = []error{
	io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, io.ErrShortWrite, io.ErrNoProgress,
	context.Canceled, context.DeadlineExceeded,
	fs.ErrInvalid, fs.ErrPermission, fs.ErrExist, fs.ErrNotExist, fs.ErrClosed,
	os.ErrDeadlineExceeded, os.ErrNoDeadline, os.ErrProcessDone,
	errors.ErrUnsupported,
	executor.ErrCanceled, executor.ErrInvalidState, executor.ErrShutdown, executor.ErrGoexit,
}

// An Error is what is left of an error in a record: what it said, and which Sentinels it was.
type Error struct {
	Type string // as %T has it
	Text string
	is   []error
}

func (e *Error) Error() string { return e.Text }

// Is has errors.Is answer for Sentinels as it did.
func (e *Error) Is(target error) bool {
	for _, s := range e.is {
		if s == target {
			return true
		}
	}
	return false
}

func appendError(b []byte, err error) []byte {
	for i, s := range Sentinels {
		if err == s {
			return binary.AppendUvarint(b, uint64(i)+1)
		}
	}
	b = append(b, 0)
	for _, text := range []string{fmt.Sprintf("%T", err), err.Error()} {
		b = binary.AppendUvarint(b, uint64(len(text)))
		b = append(b, text...)
	}
	for i, s := range Sentinels {
		if errors.Is(err, s) {
			b = binary.AppendUvarint(b, uint64(i)+1)
		}
	}
	return append(b, 0)
}

func sentinel(s *scanner, n uint64) error {
	if n > uint64(len(Sentinels)) {
		s.failed()
		return nil
	}
	return Sentinels[n-1]
}

func decodeError(s *scanner) error {
	if n := s.uvarint(); n > 0 {
		return sentinel(s, n)
	}
	e := &Error{Type: string(s.bytes(s.uvarint())), Text: string(s.bytes(s.uvarint()))}
	for n := s.uvarint(); n > 0; n = s.uvarint() {
		e.is = append(e.is, sentinel(s, n))
	}
	return e
}
