package record

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
)

// A Record is a file that was read, and is gone through with Event and Entry.
type Record struct {
	Header Header
	Cut    bool // it has no end: what wrote it has not closed its loop

	blocks []block
	jobs   map[uint64]bool // those whose outcome arrives: whether it is in the record

	events  cursor
	entries cursor
	event   Event // the next one, if ahead
	ahead   bool
}

// A block is one of the file, which was checked.
type block struct {
	events, entries []byte
	checkpoint      Checkpoint
}

// A cursor goes through one kind of content of all blocks.
type cursor struct {
	coder coder
	block int
	s     scanner
}

// Read reads a whole file. The error wraps ErrForeign, ErrNewer, ErrCorrupt or ErrShort, or is
// that of in.
func Read(in io.Reader) (*Record, error) {
	b, err := io.ReadAll(in)
	if err != nil {
		return nil, err
	}
	h, crc, rest, err := readHeader(b)
	if err != nil {
		return nil, err
	}
	r := &Record{Header: h, Cut: true, jobs: make(map[uint64]bool)}
	if err := r.readBlocks(rest, crc); err != nil {
		return nil, err
	}
	if len(r.blocks) == 0 {
		return nil, ErrShort
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	r.rewind()
	return r, nil
}

func (r *Record) readBlocks(b []byte, crc uint32) error {
	for len(b) > 0 {
		s := scanner{b: b}
		var k block
		kind := s.byte()
		entries := uint64(0)
		switch kind {
		case 'B':
			k.events = s.bytes(s.uvarint())
			k.entries = s.bytes(s.uvarint())
			k.checkpoint = checkpoint(&s)
		case 'E':
			entries = s.uvarint()
		default:
			return fmt.Errorf("%w: no block begins after %d of them", ErrCorrupt, len(r.blocks))
		}
		content := len(b) - len(s.b)
		sum := s.bytes(castagnoli)
		if s.err != nil {
			return nil // it was cut here
		}
		crc = crc32.Update(crc, table, b[:content])
		if crc != binary.LittleEndian.Uint32(sum) {
			return fmt.Errorf("%w: what comes after %d entries is not as it was written", ErrCorrupt, r.last().Entries)
		}
		b = s.b
		if kind == 'B' {
			r.blocks = append(r.blocks, k)
			continue
		}
		r.Cut = false
		switch {
		case len(b) > 0:
			return fmt.Errorf("%w: %d bytes come after its end", ErrCorrupt, len(b))
		case entries != r.last().Entries:
			return fmt.Errorf("%w: it ends after %d entries, and has %d", ErrCorrupt, entries, r.last().Entries)
		}
	}
	return nil
}

func (r *Record) last() (c Checkpoint) {
	if n := len(r.blocks); n > 0 {
		c = r.blocks[n-1].checkpoint
	}
	return c
}

// check goes through all of it once, so that nobody need expect an error later.
func (r *Record) check() error {
	r.rewind()
	for e, ok := r.Event(); ok; e, ok = r.Event() {
		if e.Kind == Arrival && e.Source == Job {
			r.jobs[e.Number] = IsValue(e.Data)
		}
		r.Next()
	}
	n := uint64(0)
	for _, ok := r.Entry(); ok; _, ok = r.Entry() {
		n++
	}
	switch {
	case r.events.s.err != nil:
		return fmt.Errorf("%w: %w", ErrCorrupt, r.events.s.err)
	case r.entries.s.err != nil:
		return fmt.Errorf("%w: %w", ErrCorrupt, r.entries.s.err)
	case n != r.last().Entries:
		return fmt.Errorf("%w: it has %d entries, and its last checkpoint %d", ErrCorrupt, n, r.last().Entries)
	}
	return nil
}

func (r *Record) rewind() {
	r.events, r.entries, r.ahead = cursor{block: -1}, cursor{block: -1}, false
}

// more reports whether there is more in c, going on to the next block where one is at its end.
func (r *Record) more(c *cursor, content func(block) []byte) bool {
	for len(c.s.b) == 0 {
		if c.s.err != nil || c.block+1 >= len(r.blocks) {
			return false
		}
		c.block++
		c.s.b = content(r.blocks[c.block])
	}
	return true
}

// Event is the next one, which stays so until Next.
func (r *Record) Event() (*Event, bool) {
	if !r.ahead {
		if !r.more(&r.events, func(k block) []byte { return k.events }) {
			return nil, false
		}
		r.event = r.events.coder.event(&r.events.s)
		r.ahead = r.events.s.err == nil
	}
	return &r.event, r.ahead
}

// Next goes on to the event after it.
func (r *Record) Next() { r.ahead = false }

// Entry is the next entry that was taken.
func (r *Record) Entry() (e Entry, ok bool) {
	if !r.more(&r.entries, func(k block) []byte { return k.entries }) {
		return e, false
	}
	e = r.entries.coder.entry(&r.entries.s)
	return e, r.entries.s.err == nil
}

// Job reports whether the outcome of the job with that number arrives, and whether it is in
// the record.
func (r *Record) Job(number uint64) (arrives, known bool) {
	known, arrives = r.jobs[number]
	return arrives, known
}

// Checkpoints is how many there are.
func (r *Record) Checkpoints() int { return len(r.blocks) }

// Checkpoint is the i-th, and whether all events before it were gone through.
func (r *Record) Checkpoint(i int) (c Checkpoint, passed bool) {
	at := r.events.block
	passed = at > i || at == i && len(r.events.s.b) == 0 && !r.ahead ||
		at < i && r.nothing(at+1, i) && (at < 0 || len(r.events.s.b) == 0) && !r.ahead
	return r.blocks[i].checkpoint, passed
}

// nothing reports whether blocks from one to another have no events.
func (r *Record) nothing(from, to int) bool {
	for ; from <= to; from++ {
		if len(r.blocks[from].events) > 0 {
			return false
		}
	}
	return true
}
