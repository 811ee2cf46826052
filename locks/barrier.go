package locks

import (
	"fmt"

	"github.com/ouro-loop/ouro/coro"
)

// Barrier lets a fixed number of tasks, its parties, wait for each other: each is
// held until the last has come. Then it can be used again. It is made by
// [NewBarrier], and must not be copied.
//
// Semantics: asyncio.Barrier, CPython 3.14.
//
// # Differences from asyncio
//
// Reset and Abort are plain methods. In asyncio they are coroutines that never
// suspend: the lock that they take is never held by anybody who is suspended.
type Barrier struct {
	common
	parties int
	count   int // tasks that have come and not left
	state   BarrierState
}

// BarrierState is where a Barrier is in its life.
type BarrierState uint8

const (
	// Filling: the barrier holds those who come. Entered when it is made, when
	// the last of those it let go has left, and by Reset of one at which nobody
	// waits. Left for Draining when the last party comes.
	Filling BarrierState = iota

	// Draining: the barrier lets those go who were held; who comes waits until
	// the last of them has left. Entered when the last party comes.
	Draining

	// Resetting: those who were held go with ErrBroken; who comes waits until
	// the last of them has left. Entered by Reset.
	Resetting

	// Broken: everybody who was held or who comes goes with ErrBroken. Entered
	// by Abort, left by Reset.
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

// NewBarrier makes a barrier for so many parties. It panics with an error that
// wraps ErrSize if there is not one at least.
//
// Semantics: asyncio.Barrier, CPython 3.14.
func NewBarrier(parties int) *Barrier {
	if parties < 1 {
		panic(fmt.Errorf("%w: a barrier has at least one party, not %d", ErrSize, parties))
	}
	return &Barrier{parties: parties}
}

// Wait waits until as many tasks wait as the barrier has parties. The last of them
// does not suspend. The index, from 0 to parties-1 in order of arrival, is a
// different one for each. While those of the round before are leaving, the newcomer
// is kept waiting.
//
// The error is ErrBroken if the barrier is reset or aborted meanwhile, or was
// aborted before; or a cancellation of the task, whose place is free again then.
//
// Semantics: asyncio.Barrier.wait and "async with barrier", CPython 3.14.
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
		return 0, ErrBroken
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
		return 0, ErrBroken
	}
	return index, nil
}

// suspend waits for the state to change, as a Condition does. A task that is
// canceled wakes another one, which gives up its place in line to see that nothing
// has changed: who is there to notice would notice the order.
func (b *Barrier) suspend(co *coro.Co) error {
	if err := b.bound.Bind(co, (*barrierRole)(b)); err != nil {
		return err
	}
	_, err := b.waiters.Wait(co, (*barrierRole)(b))
	if err != nil {
		b.waiters.Wake(1)
	}
	return err
}

// leave is the end of a Wait that had got its index.
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

// Reset returns the barrier to its initial state. Those who wait at it get
// ErrBroken.
//
// Semantics: asyncio.Barrier.reset, CPython 3.14.
func (b *Barrier) Reset() {
	if b.count > 0 {
		b.state = Resetting
	} else {
		b.state = Filling
	}
	b.waiters.WakeAll()
}

// Abort breaks the barrier: those who wait at it, and those who come until it is
// Reset, get ErrBroken.
//
// Semantics: asyncio.Barrier.abort, CPython 3.14.
func (b *Barrier) Abort() {
	b.state = Broken
	b.waiters.WakeAll()
}

// Parties is how many tasks it takes.
func (b *Barrier) Parties() int { return b.parties }

// Waiting is how many tasks are held at the barrier.
//
// Semantics: asyncio.Barrier.n_waiting, CPython 3.14.
func (b *Barrier) Waiting() int {
	if b.state == Filling {
		return b.count
	}
	return 0
}

// Broken reports whether the barrier was aborted.
//
// Semantics: asyncio.Barrier.broken, CPython 3.14.
func (b *Barrier) Broken() bool { return b.state == Broken }

// State is where the barrier is in its life.
func (b *Barrier) State() BarrierState { return b.state }

// String shows the name, the state and how many tasks are held.
func (b *Barrier) String() string {
	state := b.state.String()
	if !b.Broken() {
		state += fmt.Sprintf(", waiters:%d/%d", b.Waiting(), b.parties)
	}
	return fmt.Sprintf("<%s [%s]>", b.name.Title("Barrier"), state)
}

// barrierRole is a Barrier as what stands behind the futures of its waiters.
type barrierRole Barrier

func (r *barrierRole) Describe() string {
	return fmt.Sprintf("%s (%v, %d of %d)", r.name.Title("barrier"), r.state, r.count, r.parties)
}
