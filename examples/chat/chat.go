// Package chat is a server for people who talk to each other: what one says, all others hear.
//
// What a room has is plain data, without locks: between two awaits nobody else runs. Who hears it is
// written to without a wait, so nobody has to wait for one who is slow; one who is too slow is left
// behind.
package chat

import (
	"bytes"
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/streams"
)

// MaxKept is how many bytes are kept for a member that reads slowly, before it is dropped.
const MaxKept = 64 << 10

// MaxLine is how long a line may be.
const MaxLine = 1 << 10

// A Room has members, in the order in which they came.
type Room struct{ members []*member }

type member struct {
	name string
	w    *streams.Writer
}

// Serve is the handler of a connection: its first line is a name, every other one is said.
func (r *Room) Serve(co *coro.Co, c *streams.Conn) error {
	reader := streams.NewReader(c, streams.Limit(MaxLine))
	name, err := readLine(co, reader)
	if err != nil || name == "" {
		return err
	}
	m := &member{name, streams.NewWriter(c)}
	r.enter(m)
	defer r.leave(m)
	for {
		line, err := readLine(co, reader)
		if err != nil || line == "" {
			return err
		}
		r.say(m, "%s: %s", m.name, line)
	}
}

// readLine is a line without its end, "" when there is no other one.
func readLine(co *coro.Co, r *streams.Reader) (string, error) {
	line, err := r.ReadLine(co)
	return string(bytes.TrimRight(line, "\r\n")), err
}

func (r *Room) enter(m *member) {
	r.members = append(r.members, m)
	r.say(m, "%s has come", m.name)
}

func (r *Room) leave(m *member) {
	r.remove(m)
	r.say(m, "%s has gone", m.name)
}

func (r *Room) remove(m *member) {
	for i, other := range r.members {
		if other == m {
			r.members = append(r.members[:i:i], r.members[i+1:]...)
			return
		}
	}
}

// say has all but one hear something. Those that are too slow leave: their own Serve sees to it, as its
// connection is closed.
func (r *Room) say(by *member, format string, args ...any) {
	line := fmt.Appendf(nil, format+"\n", args...)
	for _, m := range r.members {
		if m == by {
			continue
		}
		if _, err := m.w.Write(line); err != nil || m.w.BufferSize() > MaxKept {
			_ = m.w.Conn().Abort()
		}
	}
}
