package natsstore

import (
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nuid"

	"github.com/ouro-loop/ouro/durable"
)

// A state is what a Store says of a program when it takes it, or gives it back.
type state struct {
	owner  string // the id of one, "" for nobody
	wake   int64  // when it is due, in nanoseconds since 1970
	begun  bool   // it has entries
	last   uint64 // the sequence of the last message of its journal
	unsure bool   // there may be later ones, or may come
}

const (
	ownerHeader  = "Ouro-Owner"
	wakeHeader   = "Ouro-Wake"
	begunHeader  = "Ouro-Begun"
	lastHeader   = "Ouro-Last"
	unsureHeader = "Ouro-Unsure"
)

func (st state) message(subject string) *nats.Msg {
	m := &nats.Msg{Subject: subject, Header: nats.Header{}}
	m.Header.Set(nonceHeader, nuid.Next())
	m.Header.Set(ownerHeader, st.owner)
	m.Header.Set(wakeHeader, strconv.FormatInt(st.wake, 10))
	m.Header.Set(begunHeader, strconv.FormatBool(st.begun))
	m.Header.Set(lastHeader, strconv.FormatUint(st.last, 10))
	m.Header.Set(unsureHeader, strconv.FormatBool(st.unsure))
	return m
}

// parseState is the state of a message, and that of a program that nobody has ever taken if there is none.
func parseState(h nats.Header) state {
	wake, _ := strconv.ParseInt(h.Get(wakeHeader), 10, 64)
	return state{
		owner: h.Get(ownerHeader), wake: wake, begun: h.Get(begunHeader) == "true",
		last: number(h, lastHeader), unsure: h.Get(unsureHeader) == "true",
	}
}

func number(h nats.Header, name string) uint64 {
	n, _ := strconv.ParseUint(h.Get(name), 10, 64) // we have written it
	return n
}

// wakeOf is a time as a state has it.
func wakeOf(t time.Time) int64 {
	switch {
	case t.Before(time.Unix(0, 0)):
		return 0
	case t.After(durable.Never):
		return never
	}
	return t.UnixNano()
}

func (st state) wakeTime() time.Time { return time.Unix(0, st.wake) }

// isAtRest reports whether nothing wakes it: it has ended, or was removed, or never begun.
func (st state) isAtRest() bool { return st.owner == "" && st.wake >= never }
