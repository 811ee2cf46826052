package durable

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/ouro-loop/ouro/internal/agenda"
)

// Memory is a Store that forgets all when the process ends: for tests.
type Memory struct {
	mu       sync.Mutex
	programs map[string]*memoryProgram
	waiting  *agenda.Agenda // those that nobody has, by when they are due
}

type memoryProgram struct {
	id      string
	entries [][]byte
	mail    []Message
	owner   *memoryJournal
	wake    time.Time
}

// NewMemory makes one.
func NewMemory() *Memory {
	return &Memory{programs: map[string]*memoryProgram{}, waiting: agenda.New()}
}

func (s *Memory) program(id string) *memoryProgram {
	p := s.programs[id]
	if p == nil {
		p = &memoryProgram{id: id}
		s.programs[id] = p
	}
	return p
}

// note notes when a program is due that has changed.
func (s *Memory) note(p *memoryProgram) {
	switch {
	case p.owner != nil, len(p.entries) == 0, !p.wake.Before(Never):
		s.waiting.Remove(p.id)
	case len(p.mail) > 0:
		s.waiting.Set(p.id, time.Time{})
	default:
		s.waiting.Set(p.id, p.wake)
	}
}

// Acquire implements Store.
func (s *Memory) Acquire(_ context.Context, id string) (Journal, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.program(id)
	if p.owner != nil {
		return nil, ErrRunning
	}
	p.owner = &memoryJournal{store: s, of: p, entries: slices.Clone(p.entries), arrived: make(chan struct{}, 1)}
	p.owner.arrived <- struct{}{} // there may be mail
	s.note(p)
	return p.owner, nil
}

// Read implements Store.
func (s *Memory) Read(_ context.Context, id string) ([][]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.programs[id]; p != nil && len(p.entries) > 0 {
		return slices.Clone(p.entries), nil
	}
	return nil, ErrNoProgram
}

// List implements Store.
func (s *Memory) List(context.Context) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := slices.Sorted(maps.Keys(s.programs))
	return slices.DeleteFunc(ids, func(id string) bool { return len(s.programs[id].entries) == 0 }), nil
}

// Due implements Store.
func (s *Memory) Due(_ context.Context, now time.Time, limit int) (ids []string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id := range s.waiting.Due(now) {
		if len(ids) >= limit {
			break
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// Send implements Store.
func (s *Memory) Send(_ context.Context, id string, m Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.program(id)
	if slices.ContainsFunc(p.mail, func(other Message) bool { return other.Key == m.Key }) {
		return nil
	}
	p.mail = append(p.mail, m)
	s.note(p)
	if p.owner != nil {
		select {
		case p.owner.arrived <- struct{}{}:
		default:
		}
	}
	return nil
}

type memoryJournal struct {
	store   *Memory
	of      *memoryProgram
	entries [][]byte
	arrived chan struct{}
}

func (j *memoryJournal) Entries() [][]byte { return j.entries }

func (j *memoryJournal) Append(_ context.Context, entries ...[]byte) error {
	j.store.mu.Lock()
	defer j.store.mu.Unlock()
	for _, entry := range entries {
		j.of.entries = append(j.of.entries, slices.Clone(entry))
	}
	j.entries = j.of.entries
	return nil
}

func (j *memoryJournal) Replace(ctx context.Context, entries ...[]byte) error {
	j.store.mu.Lock()
	j.of.entries = nil
	j.store.mu.Unlock()
	return j.Append(ctx, entries...)
}

func (j *memoryJournal) Messages(context.Context) ([]Message, error) {
	j.store.mu.Lock()
	defer j.store.mu.Unlock()
	return slices.Clone(j.of.mail), nil
}

func (j *memoryJournal) Remove(_ context.Context, keys ...string) error {
	j.store.mu.Lock()
	defer j.store.mu.Unlock()
	j.of.mail = slices.DeleteFunc(j.of.mail, func(m Message) bool { return slices.Contains(keys, m.Key) })
	return nil
}

func (j *memoryJournal) Arrived() <-chan struct{} { return j.arrived }
func (j *memoryJournal) Lost() <-chan struct{}    { return nil }

func (j *memoryJournal) Delete(context.Context) error {
	j.store.mu.Lock()
	defer j.store.mu.Unlock()
	j.of.owner = nil
	delete(j.store.programs, j.of.id)
	return nil
}

func (j *memoryJournal) Close(wake time.Time) error {
	j.store.mu.Lock()
	defer j.store.mu.Unlock()
	if j.of.owner == j {
		j.of.owner, j.of.wake = nil, wake
		j.store.note(j.of)
	}
	return nil
}
