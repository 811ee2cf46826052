package shop_test

import (
	"context"
	"errors"

	"github.com/ouro-loop/ouro/durable"
)

var errCut = errors.New("the process was killed")

// A cutStore is one whose process is killed when a journal has so many records.
type cutStore struct {
	durable.Store
	after   int
	stopped bool
}

func (s *cutStore) Acquire(ctx context.Context, id string) (durable.Journal, error) {
	j, err := s.Store.Acquire(ctx, id)
	return &cutJournal{j, s}, err
}

type cutJournal struct {
	durable.Journal
	store *cutStore
}

func (j *cutJournal) Replace(ctx context.Context, entries ...[]byte) error {
	return j.write(ctx, j.Journal.Replace, entries)
}

func (j *cutJournal) Append(ctx context.Context, entries ...[]byte) error {
	return j.write(ctx, j.Journal.Append, entries)
}

func (j *cutJournal) write(ctx context.Context, write func(context.Context, ...[]byte) error, entries [][]byte) error {
	s := j.store
	if s.stopped {
		return errCut
	}
	n := min(len(entries), s.after)
	s.after -= n
	if err := write(ctx, entries[:n]...); err != nil {
		return err
	}
	if s.stopped = s.after == 0; s.stopped {
		return errCut
	}
	return nil
}
