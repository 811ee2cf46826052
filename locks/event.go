package locks

import (
	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/waits"
)

// Event is a flag that coroutines can wait for. The zero Event is not set. It must
// not be copied after its first use.
//
// Semantics: asyncio.Event, CPython 3.15.
type Event struct {
	common
	set bool
}

// Wait waits until the event is set; if it is set already, it returns without
// suspending. A task that waits when Set is called returns, even if the event is
// cleared right afterwards. The error is a cancellation of the task.
//
// Semantics: asyncio.Event.wait, CPython 3.15.
func (e *Event) Wait(co *coro.Co) error {
	if e.set {
		return nil
	}
	if err := e.bound.Bind(co, (*eventRole)(e)); err != nil {
		return err
	}
	co.Share((*eventRole)(e))
	_, err := e.waiters.Wait(co, (*eventRole)(e))
	return err
}

// Set sets the event, and wakes all tasks that wait for it, in order.
//
// Semantics: asyncio.Event.set, CPython 3.15.
func (e *Event) Set() {
	if !e.set {
		e.set = true
		e.waiters.WakeAll()
	}
}

// Clear unsets the event: later calls of Wait wait for the next Set.
//
// Semantics: asyncio.Event.clear, CPython 3.15.
func (e *Event) Clear() { e.set = false }

// IsSet reports whether the event is set.
//
// Semantics: asyncio.Event.is_set, CPython 3.15.
func (e *Event) IsSet() bool { return e.set }

// String shows the name, the state and how many tasks wait.
func (e *Event) String() string {
	if e.set {
		return e.format("Event", "set")
	}
	return e.format("Event", "unset")
}

// eventRole is the future.Role of an Event's waiters.
type eventRole Event

func (r *eventRole) Describe() string { return r.name.Title("event") }

// Wait is what a report tells of it.
func (r *eventRole) Wait() waits.Info {
	return waits.Info{Kind: "event", Name: r.name.String(), Line: &r.waiters}
}
