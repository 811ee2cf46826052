package natsstore

import (
	"context"

	"github.com/ouro-loop/ouro/durable"
)

// TakeInPart takes a program as Acquire does, but goes on only when it is told to: then it may be late.
func (s *Store) TakeInPart(ctx context.Context, id string) (goOn func() error, err error) {
	o, err := s.own(ctx)
	if err != nil {
		return nil, err
	}
	subject := s.state(token(id))
	last, _, err := s.get.last(ctx, s.programs(), subject)
	if err != nil {
		return nil, err
	}
	mine := parseState(last.header)
	mine.owner, mine.unsure = o.id, true
	seq, err := s.put(ctx, s.programs(), mine.message(subject), last.seq)
	return func() error {
		_, err := s.open(ctx, o, id, seq, mine)
		return err
	}, err
}

// DeleteInPart does the first steps of a Delete.
func DeleteInPart(ctx context.Context, of durable.Journal, steps int) error {
	j := of.(*journal)
	for _, step := range []func(context.Context) error{j.beginDelete, j.deleteEntries}[:steps] {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}
