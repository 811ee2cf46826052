package durable

import "sync"

// A mailbox is what activities have for their program, in the order in which they came.
type mailbox struct {
	mu      sync.Mutex
	records []Record
	running int
	wake    chan struct{} // has a value if there may be something
}

func (m *mailbox) put(r Record) {
	m.mu.Lock()
	m.records = append(m.records, r)
	m.mu.Unlock()
	m.rouse()
}

// putBack puts those back that were taken.
func (m *mailbox) putBack(records []Record) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.records = append(records, m.records...)
}

func (m *mailbox) rouse() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

func (m *mailbox) take() []Record {
	m.mu.Lock()
	defer m.mu.Unlock()
	records := m.records
	m.records = nil
	return records
}

func (m *mailbox) begin() {
	m.mu.Lock()
	m.running++
	m.mu.Unlock()
}

func (m *mailbox) end() {
	m.mu.Lock()
	m.running--
	m.mu.Unlock()
	m.rouse()
}

func (m *mailbox) isIdle() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.running == 0
}
