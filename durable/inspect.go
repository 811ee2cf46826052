package durable

import (
	"context"
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// Inspect replays the first records of the journal of a program, which may run meanwhile, and calls look with its
// loop as it stood then: all tasks wait, or the program has ended. main is the program, as [Run] has it. Zero records stand for all
// that there are; if there are fewer, that is an error. Nothing is written, and no activity is executed.
//
// look is on the loop's goroutine, and must not run it: it is for [loop.Loop.Snapshot], coro.AllTasks and the
// like. The loop is closed when Inspect returns. The error is look's, or one of [Replay].
func Inspect[R any](ctx context.Context, store Store, id string, main coro.Func[R], records int, look func(*loop.Loop) error, opts ...Option) error {
	if main == nil || look == nil {
		panic("durable: Inspect of, or with, a nil function")
	}
	o := newOptions(opts)
	entries, err := readEntries(ctx, store, id)
	switch {
	case err != nil:
		return err
	case records < 0 || records > len(entries):
		return fmt.Errorf("durable: program %q has %d records, and there is no stop after %d", id, len(entries), records)
	case records > 0:
		entries = entries[:records]
	}
	return replayEntries(id, entries, bodyOf(main, &o), o, func(p *program) error {
		if err := p.advance(p.loop.Time()); err != nil { // what the last record leads to
			return err
		}
		return look(p.loop)
	})
}
