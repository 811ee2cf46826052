package natsstore

import (
	"encoding/binary"
	"errors"
	"slices"
)

// A unit is what is written at once: its entries are there when all of its parts are, each of which is a message.
type unit struct {
	parts   [][]byte
	entries int
}

// units splits entries into such that have parts of size bytes at most: as many entries as go into one, or a large
// entry alone, in several.
func units(entries [][]byte, size int) (all []unit) {
	var data []byte
	n := 0
	flush := func() {
		if n > 0 {
			all = append(all, unit{slices.Collect(slices.Chunk(data, size)), n})
		}
		data, n = nil, 0
	}
	for _, entry := range entries {
		if len(data)+binary.MaxVarintLen64+len(entry) > size {
			flush()
		}
		data = appendEntry(data, entry)
		n++
	}
	flush()
	return all
}

// oneUnit is all entries in one.
func oneUnit(entries [][]byte, size int) unit {
	data := []byte{}
	for _, entry := range entries {
		data = appendEntry(data, entry)
	}
	if len(data) == 0 {
		return unit{parts: [][]byte{data}}
	}
	return unit{slices.Collect(slices.Chunk(data, size)), len(entries)}
}

func appendEntry(data, entry []byte) []byte {
	return append(binary.AppendUvarint(data, uint64(len(entry))), entry...)
}

var errDamaged = errors.New("natsstore: a message of the journal is damaged")

// parseEntries is what appendEntry has made.
func parseEntries(data []byte) (entries [][]byte, err error) {
	for len(data) > 0 {
		n, used := binary.Uvarint(data)
		if used <= 0 || n > uint64(len(data)-used) {
			return nil, errDamaged
		}
		data = data[used:]
		entries = append(entries, data[:n:n])
		data = data[n:]
	}
	return entries, nil
}

// Kinds of messages of a journal. All have a token, that of who has written it.
const (
	kindHeader  = "Ouro-Kind"
	tokenHeader = "Ouro-Token"

	kindAppend  = "append"  // ends a unit, whose entries come after those before
	kindReplace = "replace" // ends a unit, whose entries are all that there are
	kindPart    = "part"    // one of a unit that has not ended
	kindFence   = "fence"   // says that who has the token writes from now on
)

// An assembler makes entries of the messages of a journal.
type assembler struct {
	entries [][]byte
	parts   []byte
	last    uint64 // the sequence of the last message
	token   uint64 // of it
	err     error
}

func (a *assembler) add(m stored) {
	a.last, a.token = m.seq, number(m.header, tokenHeader)
	kind := m.header.Get(kindHeader)
	data := m.data
	if kind == kindPart || len(a.parts) > 0 {
		a.parts = append(a.parts, m.data...)
		data = a.parts
	}
	switch kind {
	case kindPart:
		return
	case kindFence: // the unit before it will never end
		a.parts = nil
		return
	case kindAppend, kindReplace:
		entries, err := parseEntries(data)
		a.err = errors.Join(a.err, err)
		if kind == kindReplace {
			a.entries = nil
		}
		a.entries = append(a.entries, entries...)
	default:
		a.err = errors.Join(a.err, errDamaged)
	}
	a.parts = nil
}
