package natsstore

import (
	"context"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/natsstore/internal/passing"
)

// Delete implements durable.Journal. The program is gone with a message that says so at the end of its journal, and refuses
// what owners before us may have under way; the server forgets it, as it forgets owners that have died.
func (j *journal) Delete(ctx context.Context) error {
	switch {
	case j.broken != nil:
		return j.broken
	case j.closed:
		return errClosedJournal
	}
	ctx, cancel := within(ctx, j.alive)
	defer cancel()
	for _, step := range []func(context.Context) error{j.beginDelete, j.deleteEntries, j.endDelete} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// beginDelete says that there may be no entries: who takes the program over, if we die now, looks whether there are. And it removes
// the messages, which would be for the next program with that id.
func (j *journal) beginDelete(ctx context.Context) error {
	if err := j.say(ctx, state{owner: j.owner.id, wake: never, unsure: true}, 0); err != nil {
		return err
	}
	return j.store.purge(ctx, j.store.programs(), jetstream.WithPurgeSubject(j.store.subjects.mail(token(j.id), "*")))
}

// deleteEntries puts nothing in the place of all entries.
func (j *journal) deleteEntries(ctx context.Context) error {
	m := j.message(kindReplace, nil)
	forget(m, forgetAfter)
	seq, err := j.store.put(ctx, j.store.journals(), m, j.last)
	if err != nil {
		return j.fail(err, false)
	}
	j.last, j.begun = seq, false
	return j.purge(ctx, seq) // or what was before it came back when it is forgotten
}

// endDelete gives the program back. It does not say what the last message of its journal is, as that will be gone.
func (j *journal) endDelete(ctx context.Context) error {
	if err := j.say(ctx, state{wake: never, unsure: true}, forgetAfter); err != nil {
		return err
	}
	j.closed = true
	j.lose(errClosed)
	j.store.release(j.id)
	return nil
}

// say says how it is with the program, which servers forget after a time, zero for never.
func (j *journal) say(ctx context.Context, st state, after time.Duration) error {
	m := st.message(j.store.state(token(j.id)))
	if after > 0 {
		forget(m, after)
	}
	seq, err := j.store.put(ctx, j.store.programs(), m, j.said)
	if err != nil {
		return j.fail(err, false)
	}
	j.said = seq
	return nil
}

// forget has servers forget a message after a time.
func forget(m *nats.Msg, after time.Duration) {
	m.Header.Set(jetstream.MsgTTLHeader, after.String())
}

// purge removes messages of a stream. It tries again until ctx is done.
func (s *Store) purge(ctx context.Context, stream string, which ...jetstream.StreamPurgeOpt) error {
	for {
		attempt, cancel := context.WithTimeout(ctx, attemptFor)
		from, err := s.js.Stream(attempt, stream)
		if err == nil {
			err = from.Purge(attempt, which...)
		}
		cancel()
		if err == nil || !passing.Is(err) || !pause(ctx) {
			return err
		}
	}
}

var never = durable.Never.UnixNano()
