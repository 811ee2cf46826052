package durable

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrNotEnded is wrapped by the error of a [Forget] of a program that has not ended.
var ErrNotEnded = errors.New("durable: the program has not ended")

// Forget removes a program that has ended, with its journal, its result and the messages that it has not received. Its id
// is free then: a [Start] or [Run] begins another one. The error wraps ErrNotEnded for a program that goes on, which
// [Cancel] may end, ErrNoProgram if there is none, and ErrRunning if somebody has it just then. A worker that is told
// [Retain] does this by itself.
func Forget(ctx context.Context, store Store, id string) (err error) {
	entries, err := readEntries(ctx, store, id) // a program that there is not is not to be taken: that would leave traces
	if err != nil {
		return err
	}
	if !hasEnded(entries) {
		return fmt.Errorf("program %q: %w", id, ErrNotEnded)
	}
	journal, err := store.Acquire(ctx, id)
	if err != nil {
		return fmt.Errorf("durable: program %q: %w", id, err)
	}
	switch entries := journal.Entries(); {
	case len(entries) == 0: // another Forget was faster
		return errors.Join(fmt.Errorf("durable: program %q: %w", id, ErrNoProgram), journal.Close(Never))
	case !hasEnded(entries): // and somebody has begun it anew
		return errors.Join(fmt.Errorf("program %q: %w", id, ErrNotEnded), journal.Close(time.Time{}))
	}
	if err := journal.Delete(ctx); err != nil {
		return errors.Join(removing(id, err), journal.Close(Never))
	}
	return nil
}

// removing is an error of the store.
func removing(id string, err error) error {
	return fmt.Errorf("durable: removing program %q: %w", id, err)
}

// hasEnded reports whether a journal is that of a program which has.
func hasEnded(entries [][]byte) bool {
	last, err := ParseRecord(entries[len(entries)-1])
	return err == nil && last.Kind.isEnd()
}
