package locks

import (
	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/trace"
)

// What the primitives look like to who records, see [coro.Co.Share].

// state is that of what common knows of a primitive.
func (c *common) state(kind string) trace.State {
	return trace.State{Kind: kind, Name: c.Name(), Waiters: trace.Lines("", coro.IDs(c.Waiters()))}
}

func (r *lockRole) State() trace.State {
	s := r.state("lock")
	s.Holders = coro.IDs(r.Holders())
	return s
}

func (r *semaphoreRole) State() trace.State {
	s := r.state("semaphore")
	s.Value, s.Size = r.value, r.initial
	s.Holders = coro.IDs(r.Holders())
	return s
}

func (r *eventRole) State() trace.State {
	s := r.state("event")
	if r.set {
		s.Value = 1
	}
	return s
}

func (r *conditionRole) State() trace.State { return r.state("condition") }

func (r *barrierRole) State() trace.State {
	s := (*Barrier)(r).common.state("barrier")
	s.Value, s.Size = r.count, r.parties
	return s
}
