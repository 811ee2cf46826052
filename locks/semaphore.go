package locks

import (
	"fmt"
	"math"
	"slices"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/waits"
)

// Semaphore is a number that Acquire lowers and Release raises, and that never
// falls below zero: Acquire waits instead. The zero Semaphore has the value 0. It
// must not be copied after its first use.
//
// It is fair, as a [Lock] is.
//
// Semantics: asyncio.Semaphore, CPython 3.15.
type Semaphore struct{ semaphore }

// BoundedSemaphore is a [Semaphore] that cannot be released more often than it was
// acquired.
//
// Semantics: asyncio.BoundedSemaphore, CPython 3.15.
type BoundedSemaphore struct{ semaphore }

// NewSemaphore makes a semaphore with an initial value. It panics with an error that
// wraps ErrSize if that is negative.
//
// Semantics: asyncio.Semaphore, CPython 3.15.
func NewSemaphore(value int) *Semaphore {
	s := &Semaphore{}
	s.init(value)
	return s
}

// NewBoundedSemaphore makes a semaphore whose value cannot rise above the initial one.
// It panics with an error that wraps ErrSize if that is negative.
//
// Semantics: asyncio.BoundedSemaphore, CPython 3.15.
func NewBoundedSemaphore(value int) *BoundedSemaphore {
	s := &BoundedSemaphore{}
	s.init(value)
	return s
}

// Release raises the value by one, or lets in the first task that waits. It panics with an
// error that wraps ErrTooManyReleases if the value is the greatest int.
//
// Semantics: asyncio.Semaphore.release, CPython 3.15.
func (s *Semaphore) Release() { s.raise() }

func (s *Semaphore) release() error {
	s.raise()
	return nil
}

// With acquires the semaphore, runs body, and releases the semaphore on every way
// out. It returns what body returned, or the error of Acquire.
//
// Semantics: "async with semaphore", CPython 3.15.
func (s *Semaphore) With(co *coro.Co, body func() error) error {
	given(body)
	if err := s.Acquire(co); err != nil {
		return err
	}
	return with(s, body)
}

// Release raises the value by one, or lets in the first task that waits. The error is
// ErrTooManyReleases if the value is the initial one.
//
// Semantics: asyncio.BoundedSemaphore.release, CPython 3.15.
func (s *BoundedSemaphore) Release() error {
	if s.value >= s.initial {
		return s.name.Wrap("semaphore", ErrTooManyReleases)
	}
	s.raise()
	return nil
}

func (s *BoundedSemaphore) release() error { return s.Release() }

// With acquires the semaphore, runs body, and releases the semaphore on every way
// out. It returns what body returned, the error of Acquire if that failed, or
// ErrTooManyReleases if body has released the semaphore itself.
//
// Semantics: "async with semaphore", CPython 3.15.
func (s *BoundedSemaphore) With(co *coro.Co, body func() error) error {
	given(body)
	if err := s.Acquire(co); err != nil {
		return err
	}
	return with(s, body)
}

// semaphore is what both kinds of semaphore have: all but Release and With.
type semaphore struct {
	common
	value   int
	initial int
	holders holders
}

func (s *semaphore) init(value int) {
	if value < 0 {
		panic(fmt.Errorf("%w: a semaphore's value must be 0 or more, not %d", ErrSize, value))
	}
	s.value, s.initial = value, value
}

// Acquire waits until the value is above zero, and lowers it by one. If no task waits
// and the value is above zero already, it does not suspend. The error is a
// cancellation of the task, which leaves the value as it was.
//
// Semantics: asyncio.Semaphore.acquire, CPython 3.15.
func (s *semaphore) Acquire(co *coro.Co) error {
	if s.value > 0 && s.waiters.AllCanceled() {
		s.value--
	} else if err := s.wait(co); err != nil {
		return err
	}
	s.holders.add(co, s.initial)
	co.NoteHeld((*semaphoreRole)(s))
	return nil
}

// wait waits for the task's turn. wakeNext has lowered the value on its behalf then.
func (s *semaphore) wait(co *coro.Co) error {
	if err := s.bound.Bind(co, (*semaphoreRole)(s)); err != nil {
		return err
	}
	co.Share((*semaphoreRole)(s))
	woken, err := s.waiters.Wait(co, (*semaphoreRole)(s))
	if err != nil && woken {
		s.value++
	}
	// The tasks behind this one may have waited only for their turn, with the value
	// above zero.
	for s.value > 0 && s.wakeNext() {
	}
	return err
}

func (s *semaphore) raise() {
	if s.value == math.MaxInt {
		panic(fmt.Errorf("%w: its value is the greatest int", ErrTooManyReleases))
	}
	s.holders.drop()
	s.value++
	s.wakeNext()
}

func (s *semaphore) wakeNext() bool {
	if s.waiters.Wake(1) == 0 {
		return false
	}
	s.value--
	return true
}

// Locked reports whether Acquire would have to wait: the value is zero, or other
// tasks wait.
//
// Semantics: asyncio.Semaphore.locked, CPython 3.15.
func (s *semaphore) Locked() bool { return s.value == 0 || !s.waiters.AllCanceled() }

// Value is how often the semaphore can still be acquired. What woken tasks are about
// to take is not part of it.
func (s *semaphore) Value() int { return s.value }

// Holders are the tasks that hold the semaphore, in the order in which they acquired
// it, each as often as it did. A Release by a callback, or by a task that is not among
// them, counts for the first. There is no account of a semaphore with an initial value
// above 64, nor of what is acquired beyond the initial value.
func (s *semaphore) Holders() []coro.AnyTask { return s.holders.tasks() }

// String shows the name, the value and how many tasks wait.
func (s *Semaphore) String() string { return s.format("Semaphore", s.state()) }

// String shows the name, the value and how many tasks wait.
func (s *BoundedSemaphore) String() string { return s.format("BoundedSemaphore", s.state()) }

func (s *semaphore) state() string {
	if s.Locked() {
		return "locked"
	}
	return fmt.Sprintf("unlocked, value:%d", s.value)
}

// semaphoreRole is the future.Role of a semaphore's waiters.
type semaphoreRole semaphore

func (r *semaphoreRole) Name() string { return r.name.String() }

func (r *semaphoreRole) Describe() string { return r.name.Title("semaphore") }

// Wait is what a report tells of it.
func (r *semaphoreRole) Wait() waits.Info {
	return waits.Info{Kind: "semaphore", Name: r.name.String(), Line: &r.waiters}
}

// Holders is for reports.
func (r *semaphoreRole) Holders() []coro.AnyTask { return r.holders.tasks() }

// holders is the account of the tasks that hold a semaphore, for reports; asyncio has
// none. It is short because a release searches it, and because nobody reads a long
// one.
type holders struct{ cos []*coro.Co }

const maxHolders = 64

func (h *holders) add(co *coro.Co, initial int) {
	if initial <= maxHolders && len(h.cos) < initial {
		h.cos = append(h.cos, co)
	}
}

// drop takes out the last entry of the task that runs, or the first of all if that
// has none.
func (h *holders) drop() {
	at := len(h.cos) - 1
	if at > 0 {
		current := coro.CurrentTask(h.cos[0])
		for at > 0 && h.cos[at].Task() != current {
			at--
		}
	}
	if at >= 0 {
		h.cos = slices.Delete(h.cos, at, at+1)
	}
}

func (h *holders) tasks() []coro.AnyTask {
	var tasks []coro.AnyTask
	for _, co := range h.cos {
		tasks = append(tasks, co.Task())
	}
	return tasks
}
