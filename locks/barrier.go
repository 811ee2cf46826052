package locks

import (
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/waits"
)

// Barrier holds tasks until a fixed number of them, its parties, have come. Then it
// lets them go, and can be used again. It is made by [NewBarrier], and must not be
// copied.
//
// Semantics: asyncio.Barrier, CPython 3.15.
//
// # Differences from asyncio
//
// Reset and Abort are plain methods. In asyncio they are coroutines that never
// suspend: no suspended task holds the lock that they take.
type Barrier struct {
	common
	parties int
	count   int // tasks that have an index and have not left
	state   BarrierState
}

// BarrierState is the state of a Barrier.
type BarrierState uint8

const (
	// Filling: the barrier holds the tasks that come. Entered by NewBarrier, when
	// the last task of a round has left, and by Reset while no task is held. Left
	// for Draining when the last party comes.
	Filling BarrierState = iota

	// Draining: the barrier lets the held tasks go. A task that comes waits until
	// the last of them has left. Entered when the last party comes.
	Draining

	// Resetting: the held tasks go with ErrBroken. A task that comes waits until
	// the last of them has left. Entered by Reset while tasks are held.
	Resetting

	// Broken: the held tasks, and all that come, go with ErrBroken. Entered by
	// Abort, left by Reset.
	Broken
)

// String gives the state's name as asyncio writes it.
func (s BarrierState) String() string {
	switch s {
	case Filling:
		return "filling"
	case Draining:
		return "draining"
	case Resetting:
		return "resetting"
	case Broken:
		return "broken"
	}
	return "invalid"
}

// NewBarrier makes a barrier for a number of parties. It panics with an error that
// wraps ErrSize if that is less than one.
//
// Semantics: asyncio.Barrier, CPython 3.15.
func NewBarrier(parties int) *Barrier {
	if parties < 1 {
		panic(fmt.Errorf("%w: a barrier has at least one party, not %d", ErrSize, parties))
	}
	return &Barrier{parties: parties}
}

// Wait waits until all parties have come. The last of them does not suspend. The
// index is how many tasks the barrier held when the task came, from 0 to parties-1. So the
// last has parties-1, and the indices of a round are different, unless a task gave up its
// place: then one that comes later has the index of one that is held already. A task that
// comes while the round before is leaving waits for that first.
//
// The error is ErrBroken if the barrier is reset or aborted meanwhile, or was
// aborted before; or a cancellation of the task, which gives up its place.
//
// Semantics: asyncio.Barrier.wait and "async with barrier", CPython 3.15.
func (b *Barrier) Wait(co *coro.Co) (index int, err error) {
	if b.parties == 0 {
		panic("locks: a Barrier that was not made by NewBarrier")
	}
	for b.state == Draining || b.state == Resetting {
		if err := b.suspend(co); err != nil {
			return 0, err
		}
	}
	if b.state == Broken {
		return 0, b.name.Wrap("barrier", ErrBroken)
	}
	index = b.count
	b.count++
	defer b.leave()
	if index+1 == b.parties {
		b.state = Draining
		b.waiters.WakeAll()
		return index, nil
	}
	for b.state == Filling {
		if err := b.suspend(co); err != nil {
			return 0, err
		}
	}
	if b.state == Broken || b.state == Resetting {
		return 0, b.name.Wrap("barrier", ErrBroken)
	}
	return index, nil
}

// suspend waits for a change of state, as a Condition does. A canceled task wakes
// another one, which goes to the end of the line: asyncio does that too, and the
// order of the line is observable.
func (b *Barrier) suspend(co *coro.Co) error {
	if err := b.bound.Bind(co, (*barrierRole)(b)); err != nil {
		return err
	}
	co.Share((*barrierRole)(b))
	_, err := b.waiters.Wait(co, (*barrierRole)(b))
	if err != nil {
		b.waiters.Wake(1)
	}
	return err
}

// leave ends a Wait that has an index.
func (b *Barrier) leave() {
	b.count--
	if b.count > 0 {
		return
	}
	if b.state == Resetting || b.state == Draining {
		b.state = Filling
	}
	b.waiters.WakeAll()
}

// Reset returns the barrier to its initial state. The tasks that it holds get
// ErrBroken.
//
// Semantics: asyncio.Barrier.reset, CPython 3.15.
func (b *Barrier) Reset() {
	if b.count > 0 {
		b.state = Resetting
	} else {
		b.state = Filling
	}
	b.waiters.WakeAll()
}

// Abort breaks the barrier: the tasks that it holds, and those that come before a
// Reset, get ErrBroken.
//
// Semantics: asyncio.Barrier.abort, CPython 3.15.
func (b *Barrier) Abort() {
	b.state = Broken
	b.waiters.WakeAll()
}

// Parties is how many tasks have to come.
func (b *Barrier) Parties() int { return b.parties }

// Waiting is how many tasks the barrier holds.
//
// Semantics: asyncio.Barrier.n_waiting, CPython 3.15.
func (b *Barrier) Waiting() int {
	if b.state == Filling {
		return b.count
	}
	return 0
}

// Broken reports whether the barrier was aborted.
//
// Semantics: asyncio.Barrier.broken, CPython 3.15.
func (b *Barrier) Broken() bool { return b.state == Broken }

// State is the barrier's state.
func (b *Barrier) State() BarrierState { return b.state }

// String shows the name, the state and how many tasks the barrier holds.
func (b *Barrier) String() string {
	state := b.state.String()
	if !b.Broken() {
		state += fmt.Sprintf(", waiters:%d/%d", b.Waiting(), b.parties)
	}
	return fmt.Sprintf("<%s [%s]>", b.name.Title("Barrier"), state)
}

// barrierRole is the future.Role of a Barrier's waiters.
type barrierRole Barrier

func (r *barrierRole) Describe() string {
	return fmt.Sprintf("%s (%v, %d of %d)", r.name.Title("barrier"), r.state, r.count, r.parties)
}

// Wait is what a report tells of it.
func (r *barrierRole) Wait() waits.Info {
	return waits.Info{Kind: "barrier", Name: r.name.String(), Text: r.Describe(), Line: &r.waiters}
}
