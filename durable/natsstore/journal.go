package natsstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"

	"github.com/ouro-loop/ouro/durable"
)

// A journal is that of a program which an owner has.
type journal struct {
	store *Store
	owner *owner
	id    string
	token uint64 // of the state by which it was taken; it is higher than those of all owners before
	said  uint64 // the sequence of the last state

	alive context.Context // is done when it is lost
	lose  context.CancelCauseFunc

	entries [][]byte
	begun   bool
	last    uint64 // the sequence of the last message
	broken  error  // nothing can be written any more
	unsure  bool   // something may have been written that we do not know of
	closed  bool

	mail    map[string]uint64 // sequences of messages, by key
	arrived chan struct{}
	missed  uint64 // the latest message that was looked for in vain
}

func newJournal(s *Store, o *owner, id string, token uint64) *journal {
	j := &journal{store: s, owner: o, id: id, token: token, said: token, arrived: make(chan struct{}, 1), mail: map[string]uint64{}}
	j.alive, j.lose = context.WithCancelCause(o.alive)
	return j
}

func (j *journal) subject() string { return j.store.journal(token(j.id)) }

// load reads the entries. Where another owner may have something under way, it is shut out before.
func (j *journal) load(ctx context.Context, mine state) error {
	last := mine.last
	if mine.unsure {
		var err error
		if last, err = j.fence(ctx); err != nil {
			return err
		}
	}
	var a assembler
	if err := errors.Join(j.store.get.all(ctx, j.store.journals(), j.subject(), last, a.add), a.err); err != nil {
		return err
	}
	if a.token > j.token {
		return durable.ErrRunning
	}
	j.entries, j.begun, j.last = a.entries, len(a.entries) > 0, max(a.last, last)
	return nil
}

// fence writes that the program is ours: whatever owners before us write after it is refused, as they do not know of it.
func (j *journal) fence(ctx context.Context) (seq uint64, err error) {
	s := j.store
	for {
		last, _, err := s.get.last(ctx, s.journals(), j.subject())
		switch {
		case err != nil:
			return 0, err
		case number(last.header, tokenHeader) > j.token: // we are late
			return 0, durable.ErrRunning
		}
		seq, err := s.put(ctx, s.journals(), j.message(kindFence, nil), last.seq)
		if !errors.Is(err, errMoved) {
			return seq, err
		}
	}
}

func (j *journal) message(kind string, data []byte) *nats.Msg {
	m := &nats.Msg{Subject: j.subject(), Header: nats.Header{}, Data: data}
	m.Header.Set(nonceHeader, nuid.Next())
	m.Header.Set(kindHeader, kind)
	m.Header.Set(tokenHeader, strconv.FormatUint(j.token, 10))
	return m
}

// Entries implements durable.Journal.
func (j *journal) Entries() [][]byte { return j.entries }

// Append implements durable.Journal.
func (j *journal) Append(ctx context.Context, entries ...[]byte) error {
	if j.broken == nil && !j.begun {
		return errors.New("natsstore: Append to a journal that has no entries; Replace begins it")
	}
	_, err := j.write(ctx, kindAppend, units(entries, j.store.partSize()))
	return err
}

// Replace implements durable.Journal.
func (j *journal) Replace(ctx context.Context, entries ...[]byte) error {
	first, err := j.write(ctx, kindReplace, []unit{oneUnit(entries, j.store.partSize())})
	if err != nil {
		return err
	}
	if j.begun {
		_ = j.purge(ctx, first) // or they are passed over when the journal is read, and the next Replace removes them
	}
	j.entries, j.begun = entries, len(entries) > 0
	return nil
}

// purge removes the messages before one that has replaced them.
func (j *journal) purge(ctx context.Context, first uint64) error {
	ctx, cancel := context.WithTimeout(ctx, attemptFor)
	defer cancel()
	return j.store.purge(ctx, j.store.journals(), jetstream.WithPurgeSubject(j.subject()), jetstream.WithPurgeSequence(first))
}

var errClosedJournal = errors.New("natsstore: a write to a journal that is closed")

// write writes units, and returns the sequence of the first message.
func (j *journal) write(ctx context.Context, kind string, all []unit) (first uint64, err error) {
	if j.broken != nil {
		return 0, j.broken
	}
	if j.closed {
		return 0, errClosedJournal
	}
	ctx, cancel := within(ctx, j.alive)
	defer cancel()
	for _, u := range all {
		for i, part := range u.parts {
			of := kindPart
			if i == len(u.parts)-1 {
				of = kind
			}
			if j.alive.Err() != nil {
				return 0, j.fail(errMoved, first != 0)
			}
			seq, err := j.store.put(ctx, j.store.journals(), j.message(of, part), j.last)
			if err != nil {
				return 0, j.fail(err, first != 0)
			}
			j.last = seq
			if first == 0 {
				first = seq
			}
		}
	}
	return first, nil
}

// fail is the end of all writes.
func (j *journal) fail(err error, begun bool) error {
	j.unsure = true
	moved, unsure := errors.Is(err, errMoved), begun || errors.Is(err, errUnsure)
	if moved {
		j.lose(durable.ErrLost)
	}
	switch {
	case moved && !unsure:
		j.broken = fmt.Errorf("natsstore: program %q: %w", j.id, durable.ErrLost)
		return j.broken
	case moved || j.alive.Err() != nil:
		j.broken = fmt.Errorf("natsstore: program %q: %w", j.id, durable.ErrLost)
		return fmt.Errorf("natsstore: program %q was taken over during a write, of which some may be there: %w", j.id, durable.ErrLost)
	}
	j.broken = fmt.Errorf("natsstore: program %q: a write has failed: %w", j.id, err)
	return j.broken
}

// Arrived implements durable.Journal.
func (j *journal) Arrived() <-chan struct{} { return j.arrived }

// notify tells that there may be mail.
func (j *journal) notify() {
	select {
	case j.arrived <- struct{}{}:
	default:
	}
}

// Lost implements durable.Journal.
func (j *journal) Lost() <-chan struct{} { return j.alive.Done() }

// Close implements durable.Journal. It is no error if another process has the program by now.
func (j *journal) Close(wake time.Time) error {
	if j.closed {
		return nil
	}
	j.closed = true
	defer j.store.release(j.id)
	defer j.lose(errClosed)
	if j.alive.Err() != nil {
		return nil
	}
	ctx, cancel := within(context.Background(), j.alive)
	defer cancel()
	free := state{wake: wakeOf(wake), begun: j.begun, last: j.last, unsure: j.unsure}
	_, err := j.store.put(ctx, j.store.programs(), free.message(j.store.state(token(j.id))), j.said)
	if errors.Is(err, errMoved) || j.alive.Err() != nil {
		return nil
	}
	return err
}
