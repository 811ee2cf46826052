package natsstore

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"

	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/natsstore/internal/passing"
)

// A Store is a durable.Store in JetStream. Its methods are safe for concurrent use.
type Store struct {
	js  jetstream.JetStream
	get getter
	o   options
	subjects

	watch *watch

	owning sync.Mutex // is held while an owner begins
	mu     sync.Mutex
	owner  *owner              // nil before the first Acquire
	taken  map[string]*journal // by this Store, by id; nil for one that is being taken
	closed bool
}

var _ durable.Store = (*Store)(nil)

// Open opens the store, and creates its streams if there are none. The connection of js is for its caller to close,
// after the Store.
func Open(ctx context.Context, js jetstream.JetStream, opts ...Option) (*Store, error) {
	o, err := newOptions(opts)
	if err != nil {
		return nil, err
	}
	s := &Store{js: js, get: newGetter(js), o: o, subjects: subjects{o.prefix}, taken: map[string]*journal{}}
	s.watch = newWatch(s)
	for _, config := range []jetstream.StreamConfig{
		{Name: s.journals(), Subjects: []string{s.allJournals()}, AllowMsgTTL: true},
		{Name: s.programs(), Subjects: s.allPrograms(), MaxMsgsPerSubject: 1, AllowMsgTTL: true},
	} {
		config.Replicas, config.AllowDirect = o.replicas, true
		if err := s.create(ctx, config); err != nil {
			return nil, fmt.Errorf("natsstore: stream %s: %w", config.Name, err)
		}
	}
	return s, nil
}

// create creates a stream if there is none, and has one that an older version of this package has made forget messages.
func (s *Store) create(ctx context.Context, config jetstream.StreamConfig) error {
	for {
		attempt, cancel := context.WithTimeout(ctx, attemptFor)
		stream, err := s.js.Stream(attempt, config.Name)
		switch {
		case errors.Is(err, jetstream.ErrStreamNotFound):
			_, err = s.js.CreateStream(attempt, config)
		case err == nil && !stream.CachedInfo().Config.AllowMsgTTL:
			config = stream.CachedInfo().Config
			config.AllowMsgTTL = true
			_, err = s.js.UpdateStream(attempt, config)
		}
		cancel()
		if err == nil || errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
			return nil
		}
		if !passing.Is(err) || !pause(ctx) {
			return err
		}
	}
}

// Close ends the lease. Programs that were not given back by then may be taken by others at once.
func (s *Store) Close() error {
	s.owning.Lock()
	defer s.owning.Unlock()
	s.mu.Lock()
	s.closed = true
	owner := s.owner
	s.mu.Unlock()
	s.watch.stop()
	if owner == nil {
		return nil
	}
	return owner.end()
}

var errClosed = errors.New("natsstore: the store is closed")

// Acquire implements durable.Store. A program whose owner has died is taken when its lease is over; until then it is
// running.
func (s *Store) Acquire(ctx context.Context, id string) (durable.Journal, error) {
	if err := checkID(id); err != nil {
		return nil, err
	}
	owner, err := s.own(ctx)
	if err != nil {
		return nil, err
	}
	if !s.reserve(id) {
		return nil, durable.ErrRunning
	}
	j, err := s.acquire(ctx, owner, id)
	if err == nil {
		return j, nil
	}
	if errors.Is(err, errUnsure) {
		err = errors.Join(err, s.disown(owner, id))
	}
	s.release(id)
	return nil, err
}

// disown gives a program back of which nobody knows whether it was taken: nobody else would have it as long as the owner is
// alive. If it was not yet, it cannot be any more.
func (s *Store) disown(o *owner, id string) error {
	ctx, cancel := context.WithTimeout(context.Background(), attemptFor)
	defer cancel()
	ctx, stop := within(ctx, o.alive)
	defer stop()
	subject := s.state(token(id))
	for {
		last, _, err := s.get.last(ctx, s.programs(), subject)
		if err != nil {
			return err
		}
		free := parseState(last.header)
		if free.owner != "" && free.owner != o.id {
			return nil
		}
		free.unsure = free.unsure || free.owner != ""
		free.owner = ""
		if _, err = s.put(ctx, s.programs(), free.message(subject), last.seq); !errors.Is(err, errMoved) {
			return err
		}
	}
}

func (s *Store) reserve(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.taken[id]; ok {
		return false
	}
	s.taken[id] = nil
	return true
}

func (s *Store) release(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.taken, id)
}

func (s *Store) acquire(ctx context.Context, o *owner, id string) (*journal, error) {
	ctx, cancel := within(ctx, o.alive)
	defer cancel()
	subject := s.state(token(id))
	for {
		last, _, err := s.get.last(ctx, s.programs(), subject)
		if err != nil {
			return nil, err
		}
		old := parseState(last.header)
		if old.owner != "" && old.owner != o.id {
			if dead, err := s.isDead(ctx, old.owner); err != nil {
				return nil, err
			} else if !dead {
				return nil, durable.ErrRunning
			}
		}
		mine := old
		mine.owner = o.id
		mine.unsure = old.unsure || old.owner != ""
		seq, err := s.put(ctx, s.programs(), mine.message(subject), last.seq)
		if errors.Is(err, errMoved) {
			continue // even if it was there for a moment: who has moved it has taken it from us
		}
		if err != nil {
			return nil, err
		}
		return s.open(ctx, o, id, seq, mine)
	}
}

// open reads the journal of a program that was taken.
func (s *Store) open(ctx context.Context, o *owner, id string, seq uint64, mine state) (*journal, error) {
	j := newJournal(s, o, id, seq)
	j.begun, j.last = mine.begun, mine.last // until it is loaded
	s.mu.Lock()
	s.taken[id] = j
	s.mu.Unlock()
	if err := j.load(ctx, mine); err != nil {
		j.unsure = true
		return nil, errors.Join(err, j.Close(mine.wakeTime()))
	}
	j.notify() // of what is there
	return j, nil
}

// Read implements durable.Store.
func (s *Store) Read(ctx context.Context, id string) ([][]byte, error) {
	if err := checkID(id); err != nil {
		return nil, err
	}
	subject := s.journal(token(id))
	last, _, err := s.get.last(ctx, s.journals(), subject)
	if err != nil {
		return nil, err
	}
	var a assembler
	if err := errors.Join(s.get.all(ctx, s.journals(), subject, last.seq, a.add), a.err); err != nil {
		return nil, err
	}
	if len(a.entries) == 0 {
		return nil, durable.ErrNoProgram
	}
	return a.entries, nil
}

// List implements durable.Store.
func (s *Store) List(ctx context.Context) (ids []string, err error) {
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	stream, err := s.js.Stream(ctx, s.journals())
	if err != nil {
		return nil, err
	}
	info, err := stream.Info(ctx, jetstream.WithSubjectFilter(s.allJournals()))
	if err != nil {
		return nil, err
	}
	for subject := range info.State.Subjects {
		_, id, ok := s.parse(subject)
		if !ok {
			continue
		}
		if has, err := s.hasEntries(ctx, id); err != nil {
			return nil, err
		} else if has {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// hasEntries reports whether a program has: it reads the journals of those that have never been given back, of which it
// may be that nothing is there but that somebody has taken them over.
func (s *Store) hasEntries(ctx context.Context, id string) (bool, error) {
	if s.watch.hasBegun(id) {
		return true, nil
	}
	_, err := s.Read(ctx, id)
	if errors.Is(err, durable.ErrNoProgram) {
		return false, nil
	}
	return err == nil, err
}

// Send implements durable.Store. A message has to go into one of the server's, which may have 1 MiB if it is not told
// otherwise.
func (s *Store) Send(ctx context.Context, id string, m durable.Message) error {
	if err := checkID(id); err != nil {
		return err
	}
	data := appendEntry(nil, []byte(m.Key))
	data = append(data, m.Entry...)
	if most := s.partSize(); len(data) > most {
		return fmt.Errorf("natsstore: a message of %d bytes is too large, the server's max_payload allows for %d", len(data), most)
	}
	msg := &nats.Msg{Subject: s.mail(token(id), mailKey(m.Key)), Header: nats.Header{}, Data: data}
	msg.Header.Set(nonceHeader, nuid.Next())
	if _, err := s.put(ctx, s.programs(), msg, 0); err != nil && !errors.Is(err, errMoved) {
		return err
	}
	return nil // or one with that key is there
}

// parseMail is a message as Send has put it.
func parseMail(data []byte) (m durable.Message, err error) {
	n, used := binary.Uvarint(data)
	if used <= 0 || n > uint64(len(data)-used) {
		return m, errDamaged
	}
	data = data[used:]
	return durable.Message{Key: string(data[:n]), Entry: data[n:]}, nil
}

// partSize is how much of a message may be data.
func (s *Store) partSize() int {
	const headers, most = 1 << 10, 1 << 20
	return int(min(s.js.Conn().MaxPayload(), most)) - headers
}

// within is ctx, done when other is too.
func within(ctx, other context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(other, func() { cancel(context.Cause(other)) })
	return ctx, func() {
		stop()
		cancel(nil)
	}
}
