package durable

import (
	"context"
	"errors"
	"fmt"

	"github.com/ouro-loop/ouro/coro"
)

// HandleQuery has f answer queries of that name, see [Query]. It is called while the program waits, and must not change
// anything, nor wait.
func HandleQuery(co *coro.Co, name string, f func() (any, error)) error {
	if f == nil {
		panic("durable: HandleQuery of a nil function")
	}
	p, err := programOf(co)
	if err != nil {
		return err
	}
	p.queries[name] = f
	return nil
}

// Query asks a program something, by replaying its journal up to now: it need not run here, or at all, nor is
// it disturbed if it does. main is the program, as [Run] has it.
func Query[T, R any](ctx context.Context, store Store, id, name string, main coro.Func[R], opts ...Option) (v T, err error) {
	o := newOptions(opts)
	var data []byte
	err = replayed(ctx, store, id, bodyOf(main, &o), o, func(p *program) error {
		if err := p.advanceToNow(); err != nil {
			return err
		}
		f := p.queries[name]
		if f == nil {
			return fmt.Errorf("durable: program %q answers no query %q now", id, name)
		}
		answer, err := f()
		if err != nil {
			return err
		}
		data, err = o.codec.Marshal(answer)
		return err
	})
	if err != nil {
		return v, err
	}
	return decode[T](o.codec, data, "the answer to query %q", name)
}

// Replay replays the journal of a program, which may run meanwhile, with main. Nothing is written, and no activity is executed. The
// error is a *[PartedError] if main does not do what the journal has.
func Replay[R any](ctx context.Context, store Store, id string, main coro.Func[R], opts ...Option) error {
	o := newOptions(opts)
	return replayed(ctx, store, id, bodyOf(main, &o), o, func(*program) error { return nil })
}

// Check is [Replay] of all programs of a store. It is for a test with journals of programs that run
// somewhere: a change that would break them fails it.
func Check[R any](ctx context.Context, store Store, main coro.Func[R], opts ...Option) error {
	ids, err := store.List(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, id := range ids {
		errs = append(errs, Replay(ctx, store, id, main, opts...))
	}
	return errors.Join(errs...)
}

// replayed calls f when the journal is replayed.
func replayed(ctx context.Context, store Store, id string, body coro.Func[[]byte], o options, f func(*program) error) error {
	entries, err := readEntries(ctx, store, id)
	if err != nil {
		return err
	}
	return replayEntries(id, entries, body, o, f)
}

func readEntries(ctx context.Context, store Store, id string) ([][]byte, error) {
	entries, err := store.Read(ctx, id)
	if err == nil && len(entries) == 0 {
		err = ErrNoProgram
	}
	if err != nil {
		return nil, fmt.Errorf("durable: program %q: %w", id, err)
	}
	return entries, nil
}

func replayEntries(id string, entries [][]byte, body coro.Func[[]byte], o options, f func(*program) error) error {
	p := newProgram(id, entries, body, o)
	defer p.close()
	if err := p.replay(); err != nil {
		return err
	}
	return f(p)
}

// ReadJournal is the journal of a program, as far as it goes now, to be looked at.
func ReadJournal(ctx context.Context, store Store, id string) ([]Record, error) {
	entries, err := readEntries(ctx, store, id)
	if err != nil {
		return nil, err
	}
	records := make([]Record, len(entries))
	for i, entry := range entries {
		if records[i], err = ParseRecord(entry); err != nil {
			return nil, fmt.Errorf("durable: program %q, record %d: %w", id, i, err)
		}
	}
	return records, nil
}
