package durable

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
)

// Run runs main as the durable program id, to its end, and returns what it returned. Whatever comes to main from
// outside is in a journal before main sees it. When the process dies, or ctx is done, the same call
// takes main on from where it was, at the same tick: main is run anew, with what the journal has, and no
// activity whose outcome is in it is executed again. A program that has ended returns its result
// again.
//
// main runs as in loop.Run, on a loop that is hermetic: what it takes from outside it takes by
// [Do], [Receive], [InputOf] and [Version]. Time is the loop's: coro.Sleep, and the loop's Now, not time.Now. It may be
// gone on with much later, on another machine.
//
// The error is main's, as an *[Error] or a cancellation, or one of these, for which nothing was lost and the program goes on
// with the next Run: it wraps ErrRunning or ErrLost where another Run has the program, ErrJournalFull, or an
// error of the store, or is the cause of the end of ctx, a *[PartedError] where main is not what has written the journal,
// a *loop.DeadlockError or *loop.StuckError where main can never go on, or a *future.PanicError where it has panicked.
func Run[T any](ctx context.Context, store Store, id string, main coro.Func[T], opts ...Option) (T, error) {
	var zero T
	switch {
	case main == nil:
		panic("durable: Run of a nil function")
	case store == nil:
		panic("durable: Run without a store; OpenDir opens one")
	case id == "":
		return zero, errors.New("durable: a program needs an id")
	}
	o := newOptions(opts)
	data, _, err := run(ctx, store, id, bodyOf(main, &o), o)
	if err != nil {
		return zero, err
	}
	return decode[T](o.codec, data, "the result of the program")
}

// bodyOf is main with its result as a journal has it.
func bodyOf[T any](main coro.Func[T], o *options) coro.Func[[]byte] {
	return func(co *coro.Co) ([]byte, error) {
		v, err := main(co)
		if err != nil {
			return nil, err
		}
		data, err := o.codec.Marshal(v)
		if err != nil {
			return nil, &unkeptError{err}
		}
		return data, nil
	}
}

func decode[T any](c Codec, data []byte, what string, args ...any) (v T, err error) {
	if err = c.Unmarshal(data, &v); err != nil {
		var zero T
		return zero, fmt.Errorf("durable: %s is no %T: %w", fmt.Sprintf(what, args...), v, err)
	}
	return v, nil
}

// run is Run, and tells whether the program has ended.
func run(ctx context.Context, store Store, id string, body coro.Func[[]byte], o options) (data []byte, ended bool, err error) {
	if err := ctx.Err(); err != nil {
		return nil, false, context.Cause(ctx)
	}
	journal, err := store.Acquire(ctx, id)
	if err != nil {
		return nil, false, fmt.Errorf("durable: program %q: %w", id, err)
	}
	wake := time.Time{}
	defer func() {
		if closing := journal.Close(wake); closing != nil {
			err = errors.Join(err, closing)
		}
	}()
	if len(journal.Entries()) == 0 {
		begin, err := beginning(&o, "")
		if err != nil {
			return nil, false, err
		}
		if err := journal.Replace(ctx, begin); err != nil {
			return nil, false, writing(id, err)
		}
	}
	for {
		if last, err := ParseRecord(journal.Entries()[len(journal.Entries())-1]); err != nil {
			return nil, false, fmt.Errorf("durable: program %q: %w", id, err)
		} else if last.Kind.isEnd() {
			if o.restFor > 0 {
				if wake, err = o.tidy(ctx, id, journal, last); err == nil {
					err = errEnded
				}
				return nil, false, err
			}
			wake = Never
			data, err := o.known.result(last)
			return data, true, err
		}
		p := newProgram(id, journal.Entries(), body, o)
		p.journal = journal
		last, err := p.run(ctx)
		switch rests := (*resting)(nil); {
		case errors.As(err, &rests):
			wake = rests.until
			return nil, false, err
		case err != nil:
			return nil, false, err
		case last.Kind != 0:
			wake = o.keptUntil(p.begin, last)
			data, err := o.known.result(last)
			return data, true, err
		}
	}
}

// writing is an error of the store that a program has ended with.
func writing(id string, err error) error {
	return fmt.Errorf("durable: writing to the journal of program %q: %w", id, err)
}

// result is what a program has ended with.
func (k knownErrors) result(last Record) ([]byte, error) {
	if last.Kind == Ended {
		return last.Data, nil
	}
	e, err := k.decode(last.Data)
	if err != nil {
		return nil, err
	}
	return nil, e
}
