package natsstore

import (
	"context"
	"time"

	"github.com/ouro-loop/ouro/durable"
)

// Messages implements durable.Journal. It asks the leader, as a message that was announced must be seen.
func (j *journal) Messages(ctx context.Context) (all []durable.Message, err error) {
	s, announced := j.store, j.store.watch.mailOf(j.id)
	of := s.subjects.mail(token(j.id), "*")
	last, ok, err := s.get.last(ctx, s.programs(), of)
	if err != nil {
		return nil, err
	}
	seq := max(announced.first, 1) - 1 // the server goes through all that are behind it, also those of others
	for ok && seq < last.seq {
		m := last
		if seq+1 < last.seq {
			if m, ok, err = s.get.next(ctx, s.programs(), of, seq+1); err != nil {
				return nil, err
			}
			if !ok {
				break // they were removed
			}
		}
		message, err := parseMail(m.data)
		if err != nil {
			return nil, err
		}
		seq = m.seq
		j.mail[message.Key] = seq
		all = append(all, message)
	}
	if announced.seq > max(seq, j.missed) { // the leader does not have it yet; or it was removed
		j.missed = announced.seq
		time.AfterFunc(retryAfter, j.notify)
	}
	return all, nil
}

// Remove implements durable.Journal.
func (j *journal) Remove(ctx context.Context, keys ...string) error {
	for _, key := range keys {
		if err := j.remove(ctx, key); err != nil {
			return err
		}
		delete(j.mail, key)
	}
	return nil
}

// remove removes the message with that key that the program has seen, and not one that was sent since.
func (j *journal) remove(ctx context.Context, key string) error {
	s := j.store
	subject := s.subjects.mail(token(j.id), mailKey(key))
	seq, seen := j.mail[key]
	for {
		if seen {
			attempt, cancel := context.WithTimeout(ctx, attemptFor)
			err := s.delete(attempt, seq)
			cancel()
			if err == nil {
				return nil
			}
		}
		last, ok, err := s.get.last(ctx, s.programs(), subject)
		if err != nil {
			return err
		}
		if !ok || seen && last.seq != seq {
			return nil
		}
		if seen && !pause(ctx) {
			return context.Cause(ctx)
		}
		seq, seen = last.seq, true
	}
}

func (s *Store) delete(ctx context.Context, seq uint64) error {
	stream, err := s.js.Stream(ctx, s.programs())
	if err != nil {
		return err
	}
	return stream.DeleteMsg(ctx, seq)
}
