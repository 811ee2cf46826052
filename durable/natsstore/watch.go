package natsstore

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/natsstore/internal/passing"
	"github.com/ouro-loop/ouro/internal/agenda"
)

// A watch knows who has which program, when the others are due, and who has mail, by one consumer.
type watch struct {
	store *Store

	mu        sync.Mutex
	consuming jetstream.ConsumeContext
	seen      uint64 // the sequence of the last message
	more      chan struct{}

	open   map[string]state    // of programs that have not ended
	ended  set                 // those that have
	mail   map[string]mailSeen // of programs that have some, or had
	owners map[string]ownerSeen

	// What is open is in one of these:
	owned   map[string]set // that somebody has, by owner
	mailed  set            // that nobody has, and that have mail
	waiting *agenda.Agenda // the others, which rest
}

// A set is one of ids.
type set map[string]struct{}

type mailSeen struct {
	first uint64 // there is none before it
	seq   uint64 // the last
	at    time.Time
}

type ownerSeen struct {
	seq   uint64 // of the last renewal
	at    time.Time
	lease time.Duration
}

func (o ownerSeen) isDead() bool { return time.Since(o.at) >= o.lease }

func newWatch(s *Store) *watch {
	return &watch{store: s, more: make(chan struct{}), open: map[string]state{}, ended: set{},
		mail: map[string]mailSeen{}, owners: map[string]ownerSeen{},
		owned: map[string]set{}, mailed: set{}, waiting: agenda.New()}
}

// heartbeat is how often the server says that it is there: after two of them that do not come another one is asked.
const heartbeat = time.Second

// start begins to watch, if it has not begun, and waits until the message with a sequence was seen.
func (w *watch) start(ctx context.Context, until uint64) error {
	w.mu.Lock()
	began := w.consuming != nil
	w.mu.Unlock()
	if !began {
		consumer, err := w.consumer(ctx)
		if err != nil {
			return err
		}
		consuming, err := consumer.Consume(w.handle, jetstream.PullHeartbeat(heartbeat))
		if err != nil {
			return err
		}
		w.mu.Lock()
		w.consuming = consuming
		w.mu.Unlock()
	}
	for {
		w.mu.Lock()
		seen, more := w.seen, w.more
		w.mu.Unlock()
		if seen >= until {
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-more:
		}
	}
}

func (w *watch) consumer(ctx context.Context) (jetstream.Consumer, error) {
	for {
		attempt, cancel := context.WithTimeout(ctx, attemptFor)
		consumer, err := w.store.js.OrderedConsumer(attempt, w.store.programs(), jetstream.OrderedConsumerConfig{HeadersOnly: true})
		cancel()
		if err == nil || !passing.Is(err) || !pause(ctx) {
			return consumer, err
		}
	}
}

func (w *watch) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.consuming != nil {
		w.consuming.Stop()
	}
}

func (w *watch) handle(msg jetstream.Msg) {
	meta, err := msg.Metadata()
	if err != nil {
		return // no message of a stream
	}
	kind, name, ok := w.store.parse(msg.Subject())
	m := stored{seq: meta.Sequence.Stream, header: msg.Headers()}
	switch {
	case !ok:
	case kind == 's':
		w.sawState(name, m)
	case kind == 'o':
		w.sawOwner(name, m)
	case kind == 'm':
		w.sawMail(name, m)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = m.seq
	close(w.more)
	w.more = make(chan struct{})
}

func (w *watch) sawState(id string, m stored) {
	st := parseState(m.header)
	w.mu.Lock()
	w.unsort(id)
	delete(w.ended, id)
	switch {
	case !st.isAtRest():
		w.open[id] = st
	case st.begun:
		w.ended[id] = struct{}{}
		fallthrough
	default:
		delete(w.open, id) // it may have mail, of which the first is known
	}
	w.sort(id)
	w.mu.Unlock()
	if j := w.journal(id); j != nil && st.owner != "" && st.owner != j.owner.id && m.seq > j.token {
		j.lose(durable.ErrLost)
	}
}

// unsort takes a program out of where it is.
func (w *watch) unsort(id string) {
	if of := w.owned[w.open[id].owner]; of != nil {
		delete(of, id)
		if len(of) == 0 {
			delete(w.owned, w.open[id].owner)
		}
	}
	delete(w.mailed, id)
	w.waiting.Remove(id)
}

// sort puts a program where it belongs.
func (w *watch) sort(id string) {
	st, ok := w.open[id]
	_, hasMail := w.mail[id]
	switch {
	case !ok:
	case st.owner != "":
		if w.owned[st.owner] == nil {
			w.owned[st.owner] = set{}
		}
		w.owned[st.owner][id] = struct{}{}
	case hasMail && st.begun:
		w.mailed[id] = struct{}{}
	case st.begun || st.unsure:
		w.waiting.Set(id, st.wakeTime())
	}
}

// sawOwner notes a renewal, and reports whether it was seen so long ago that the owner is dead.
func (w *watch) sawOwner(id string, m stored) (dead bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	o := w.owners[id]
	if m.seq > o.seq {
		o = ownerSeen{m.seq, time.Now(), time.Duration(number(m.header, leaseHeader))}
		w.owners[id] = o
	}
	return o.isDead()
}

func (w *watch) sawMail(id string, m stored) {
	w.mu.Lock()
	w.unsort(id)
	w.mail[id] = mailSeen{cmp.Or(w.mail[id].first, m.seq), m.seq, time.Now()}
	w.sort(id)
	w.mu.Unlock()
	if j := w.journal(id); j != nil {
		j.notify()
	}
}

func (w *watch) journal(id string) *journal {
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	return w.store.taken[id]
}

func (w *watch) mailOf(id string) mailSeen {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.mail[id]
}

// hasBegun reports whether a program has entries for certain.
func (w *watch) hasBegun(id string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, ended := w.ended[id]
	return ended || w.open[id].begun
}

// A candidate is a program that may be due.
type candidate struct {
	id   string
	ask  bool     // it may have no entries
	mail mailSeen // if it is due only for that
}

// candidates are programs that may be due, and no more than limit of those that rest, of which most are.
func (w *watch) candidates(now time.Time, limit int) (all []candidate) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for owner, programs := range w.owned {
		if !w.owners[owner].isDead() {
			continue
		}
		for id := range programs {
			all = append(all, candidate{id: id, ask: !w.open[id].begun})
		}
	}
	for id := range w.mailed {
		c := candidate{id: id}
		if w.open[id].wake > now.UnixNano() {
			c.mail = w.mail[id]
		}
		all = append(all, c)
	}
	for id := range w.waiting.Due(now) {
		ask := !w.open[id].begun
		if all = append(all, candidate{id: id, ask: ask}); ask {
			continue
		}
		if limit--; limit <= 0 {
			break
		}
	}
	return all
}

// settle is how long after a message was announced the leader may not have it.
const settle = time.Second

// forgetMail notes that a program has none.
func (w *watch) forgetMail(c candidate) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.mail[c.id] == c.mail && time.Since(c.mail.at) > settle {
		w.unsort(c.id)
		delete(w.mail, c.id)
		w.sort(c.id)
	}
}

// Due implements durable.Store. It reads nothing but what it has been told; it asks only whether mail is still there.
func (s *Store) Due(ctx context.Context, now time.Time, limit int) (due []string, err error) {
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	for _, c := range s.watch.candidates(now, limit) {
		if len(due) >= limit {
			break
		}
		is, err := s.isDue(ctx, c)
		if err != nil {
			return nil, err
		}
		if is {
			due = append(due, c.id)
		}
	}
	return due, nil
}

func (s *Store) isDue(ctx context.Context, c candidate) (bool, error) {
	switch {
	case c.ask:
		return s.hasEntries(ctx, c.id)
	case c.mail == mailSeen{}:
		return true, nil
	}
	_, ok, err := s.get.last(ctx, s.programs(), s.subjects.mail(token(c.id), "*"))
	if err == nil && !ok {
		s.watch.forgetMail(c)
	}
	return ok, err
}
