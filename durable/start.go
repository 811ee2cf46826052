package durable

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrExists is wrapped by the error of a Start of a program that has begun before.
var ErrExists = errors.New("durable: the program has begun already")

// Start begins a program, for a [Worker] to run. name is what its main was registered as, and [Input] an option. Of several
// that start the same id at once, one does, and the others wait until it has; their errors wrap ErrExists. If the store
// fails it may be that the program has begun all the same: another Start says so.
func Start(ctx context.Context, store Store, id, name string, opts ...Option) error {
	switch {
	case store == nil:
		panic("durable: Start without a store; OpenDir opens one")
	case id == "":
		return errors.New("durable: a program needs an id")
	case name == "":
		return fmt.Errorf("durable: Start of program %q without the name that its main was registered as", id)
	}
	o := newOptions(opts)
	begin, err := beginning(&o, name)
	if err != nil {
		return err
	}
	journal, err := acquireNew(ctx, store, id)
	if err != nil {
		return fmt.Errorf("durable: program %q: %w", id, err)
	}
	if err := journal.Replace(ctx, begin); err != nil {
		return errors.Join(writing(id, err), journal.Close(time.Time{}))
	}
	return journal.Close(time.Time{})
}

// Somebody who has a program that has not begun is about to begin it, or has died.
const firstLook, lastLook = time.Millisecond, 100 * time.Millisecond

// acquireNew takes a program that has not begun. One that has is not taken: who it rests for, or runs it, is not disturbed.
func acquireNew(ctx context.Context, store Store, id string) (Journal, error) {
	for wait := firstLook; ; wait = min(2*wait, lastLook) {
		switch _, err := readEntries(ctx, store, id); {
		case err == nil:
			return nil, ErrExists
		case !errors.Is(err, ErrNoProgram):
			return nil, err
		}
		journal, err := store.Acquire(ctx, id)
		switch {
		case err == nil && len(journal.Entries()) > 0: // since we have looked
			return nil, errors.Join(ErrExists, journal.Close(time.Time{}))
		case err == nil:
			return journal, nil
		case !errors.Is(err, ErrRunning):
			return nil, err
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, errors.Join(err, context.Cause(ctx))
		case <-timer.C:
		}
	}
}
