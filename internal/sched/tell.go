package sched

import "github.com/ouro-loop/ouro/internal/events"

// What is told here is for who records, see package events. Each is apart from where it is
// told, so that it costs a look at Scheduler.Events where nobody does.

// Task is the serial of the coroutine that runs, zero if none does.
func (s *Scheduler) Task() uint32 { return s.current.serial() }

// SerialOf is the serial of the coroutine that e is a step of, zero for none.
func SerialOf(e Entry) uint32 {
	if c, ok := e.(*Coroutine); ok {
		return c.body.Serial()
	}
	return 0
}

// serial is that of the body of c, zero for none.
func (c *Coroutine) serial() uint32 {
	if c == nil {
		return 0
	}
	return c.body.Serial()
}

// observe has those see it who look at each entry that e was taken.
//
//go:noinline
func (s *Scheduler) observe(e Entry) {
	if s.looker != nil {
		s.looker(e)
	}
	if s.tape != nil {
		s.tape.Take(e, s.begins)
		s.begins = s.begins && s.Events != nil // else nobody else is told of it
	}
	if s.watch != nil {
		s.showAlive()
		s.showEntry(e)
	}
	if s.Events != nil {
		s.tellRun(e)
	}
}

// tellRun tells that e was taken, and before the first of an iteration that this begins.
func (s *Scheduler) tellRun(e Entry) {
	if s.begins {
		s.begins = false
		s.Events.Clock(s.loop.TimeOfRecord())
		s.Events.Iterate(s.left + 1)
	}
	switch c, ok := e.(*Coroutine); {
	case ok:
		s.Events.Run(events.Step, c.serial())
	case e != nil: // else it is put back
		s.Events.Run(WhatIs(e), 0)
	}
}

// WhatIs says what kind of entry e is.
func WhatIs(e Entry) events.What {
	switch e := e.(type) {
	case *Coroutine:
		return events.Step
	case interface{ What() events.What }:
		return e.What()
	}
	return events.Internal
}
