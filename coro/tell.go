package coro

import (
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/events"
	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/waits"
	"github.com/ouro-loop/ouro/trace"
)

// What is told here is for who records, see package events. Each is apart from where it is
// told, so that it costs a look there where nobody does, and no room on the stack of a
// suspended task.

// Share is for the authors of primitives: it tells a recorder that keeps everything, if the
// loop has one, of something that tasks share. From then on the trace tells when it has
// changed. A primitive calls it before it has a task wait. t is a pointer; another value is
// known by what it is equal to, and left out if it cannot be compared.
func (co *Co) Share(t trace.Thing) {
	if co.coroutine.Recorded() {
		co.share(t)
	}
}

//go:noinline
func (co *Co) share(t trace.Thing) {
	co.sched().Events.Share(t, stateOf)
}

// stateOf is the state of a trace.Thing, by a pointer.
func stateOf(thing any) any {
	state := thing.(trace.Thing).State()
	return &state
}

// IDs are the numbers by which a trace names tasks.
func IDs(tasks []AnyTask) []uint32 {
	var ids []uint32
	for _, t := range tasks {
		ids = append(ids, taskOf(t))
	}
	return ids
}

// tellSpawn tells that co is new.
//
//go:noinline
func (co *Co) tellSpawn() {
	r := co.sched().Events
	co.tellNew(r, events.None)
	if r.Full() {
		r.Explain(events.Detail{
			Name: co.Name(),
			Text: taskOn(&co.coroutine).function().String(),
			Site: frames.CallSite(),
		})
	}
}

func (co *Co) tellNew(r *events.Recorder, what events.What) {
	name, by := "", uint32(0)
	if co.extra != nil {
		name = co.extra.name
	}
	if what != events.Existed {
		by = co.sched().Task()
	}
	r.Spawn(what, by, co.serial, co.number, name)
}

// tellAwait tells that co is about to wait for c.
//
//go:noinline
func (co *Co) tellAwait(c *future.Core) {
	r := co.sched().Events
	var d events.Detail
	if r.Full() { // first: what the program's methods do may be recorded itself
		d = events.Detail{Text: "a future", Tasks: holding(c.Role()), Site: frames.CallSite()}
		if role := c.Role(); role != nil {
			d.Text = waits.Described(role)
		}
	}
	co.tellWait(r, c)
	r.Explain(d)
}

func (co *Co) tellWait(r *events.Recorder, c *future.Core) {
	what, on := events.Shared, uint32(0)
	switch role := c.Role().(type) {
	case nil:
		what = events.Future
	case *sleeper:
		what = events.Sleep
	case *taskRole:
		what, on = events.OnTask, role.serial
	}
	r.Await(what, co.serial, on)
}

// tellYield tells that co is about to let others have their turn.
//
//go:noinline
func (co *Co) tellYield() {
	r := co.sched().Events
	r.Await(events.Yield, co.serial, 0)
	if r.Full() {
		r.Explain(events.Detail{Site: frames.CallSite()})
	}
}

// TellExisting tells r, which is new to the loop, of a task that there is.
func (b *body[T]) TellExisting(r *events.Recorder) {
	co := &b.co
	co.tellNew(r, events.Existed)
	if c := co.awaited(); c != nil {
		co.tellWait(r, c)
	}
}

// holding are the tasks that could end a wait for r, as far as that is known.
func holding(r future.Role) (serials []uint32) {
	defer func() { _ = recover() }()
	if h, ok := r.(HeldBy); ok {
		return IDs(h.Holders())
	}
	left := maxTold
	for roles := []future.Role{r}; len(roles) > 0; roles = roles[1:] {
		b, ok := roles[0].(interface {
			Behind(i int) (*future.Core, bool)
		})
		for i := 0; ok && left > 0; i, left = i+1, left-1 {
			var c *future.Core
			if c, ok = b.Behind(i); !ok || c == nil || c.Done() {
				continue
			}
			if task, ok := c.Role().(*taskRole); ok {
				serials = append(serials, task.serial)
			} else {
				roles = append(roles, c.Role())
			}
		}
	}
	return serials
}

// maxTold is how many futures are looked at to find the tasks behind one.
const maxTold = 1000

// taskOf is the serial of t.
func taskOf(t AnyTask) uint32 { return t.Core().Role().(*taskRole).serial }

// tellPanic tells of what the program has panicked with, unless that is how it is ended.
func (co *Co) tellPanic(err *future.PanicError) {
	if !future.IsBase(err) {
		co.sched().Events.Trouble(err.Error())
	}
}
