package simnet

import (
	"encoding/binary"
	"fmt"
	"hash"
	"hash/fnv"
	"time"
)

// Event is something that has arrived, or was lost for good.
type Event struct {
	At       time.Duration // the loop's time
	Kind     string        // "connect", "accept", "data", "end", "reset", "window", "datagram", "lost"
	From, To string        // addresses
	Bytes    int
}

// String is such as "1.5s client:49152 -> server:80 data 100".
func (e Event) String() string {
	text := fmt.Sprintf("%v %s -> %s %s", e.At, e.From, e.To, e.Kind)
	if e.Bytes > 0 {
		text += fmt.Sprintf(" %d", e.Bytes)
	}
	return text
}

// A log is what has happened.
type log struct {
	sum     hash.Hash64
	number  []byte
	observe func(Event)
}

func (l *log) init() { l.sum = fnv.New64a() }

func (l *log) add(e Event, data []byte) {
	l.number = binary.LittleEndian.AppendUint64(l.number[:0], uint64(e.At))
	l.number = binary.LittleEndian.AppendUint64(l.number, uint64(e.Bytes))
	for _, text := range []string{e.Kind, e.From, e.To} {
		l.number = append(append(l.number, text...), 0)
	}
	_, _ = l.sum.Write(l.number)
	_, _ = l.sum.Write(data)
	if l.observe != nil {
		l.observe(e)
	}
}

func (l *log) hash() string { return fmt.Sprintf("%016x", l.sum.Sum64()) }
