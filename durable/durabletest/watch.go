package durabletest

import (
	"context"

	"github.com/ouro-loop/ouro/durable"
)

// A Watch is a Store that calls a function with each record before it is written.
type Watch struct {
	durable.Store

	// Do is called with the records of a program in their order, and for several programs at once where they run at once. A
	// record for which it returns an error is not written, nor any after it of the same write, and the write fails with that.
	Do func(id string, r durable.Record) error
}

// Acquire implements durable.Store.
func (w *Watch) Acquire(ctx context.Context, id string) (durable.Journal, error) {
	j, err := w.Store.Acquire(ctx, id)
	if err != nil {
		return nil, err
	}
	return &watchJournal{j, w, id}, nil
}

type watchJournal struct {
	durable.Journal
	watch *Watch
	id    string
}

func (j *watchJournal) Append(ctx context.Context, entries ...[]byte) error {
	n, refused := j.ask(entries)
	if err := j.Journal.Append(ctx, entries[:n]...); err != nil {
		return err
	}
	return refused
}

// Replace writes all or nothing.
func (j *watchJournal) Replace(ctx context.Context, entries ...[]byte) error {
	if _, err := j.ask(entries); err != nil {
		return err
	}
	return j.Journal.Replace(ctx, entries...)
}

// ask is how many entries are to be written, and why no more.
func (j *watchJournal) ask(entries [][]byte) (n int, err error) {
	for n, entry := range entries {
		r, err := durable.ParseRecord(entry)
		if err == nil {
			err = j.watch.Do(j.id, r)
		}
		if err != nil {
			return n, err
		}
	}
	return len(entries), nil
}
