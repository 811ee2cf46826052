package coro

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/ouro-loop/ouro/future"
)

// HeldBy is a [future.Role] that knows which tasks could end a wait for it. Of a great
// many it need not name all.
type HeldBy interface {
	future.Role
	Holders() []AnyTask
}

// A role of a future that waits for other futures, as a gather's or a shield's, has a Behind
// instead: the i-th of those futures, nil for one that is not there any more, and false after
// the last. The reports of package loop follow them.

// holder is the task behind c, if there is one and it has not ended.
func holder(c *future.Core) []AnyTask {
	if r, ok := c.Role().(*taskRole); ok && !c.Done() {
		return r.Holders()
	}
	return nil
}

// NoteHeld tells the loop that a task has acquired what r stands for. If the loop was made
// with loop.ReportLeaks, it asks r for its Holders when it closes, and any that has ended is
// reported. NoteHeld reports whether that is so; else it costs a look.
//
// It is for authors of primitives, to be called at each Acquire. What is given back need not
// be told: r has no Holders then. It panics if r is nil, or cannot be compared as a pointer
// can.
func (co *Co) NoteHeld(r HeldBy) bool { return co.sched().Leaks && co.noteHeld(r) }

// NotesHeld reports whether the loop looks at who holds what: in debug mode, and if it
// reports leaks. A primitive that is acquired quickly asks that, together with whatever else
// is seldom, and leaves NoteHeld to the slow way.
func (co *Co) NotesHeld() bool { return co.sched().Holders }

func (co *Co) noteHeld(r HeldBy) bool {
	if r == nil || !reflect.ValueOf(r).Comparable() {
		panic(fmt.Sprintf("coro: NoteHeld of a %T; give it a pointer to what is held", r))
	}
	co.machine().held.add(r)
	return true
}

// held is what tasks have acquired, and may have given back. Nobody tells that: so those
// without holders are dropped whenever there are twice as many as there were the last time.
type held struct {
	since map[HeldBy]int // with the number of the first time
	n     int
	limit int
}

const minHeld = 64

func (h *held) add(r HeldBy) {
	if _, known := h.since[r]; known {
		return
	}
	if len(h.since) >= h.limit {
		h.trim()
	}
	h.n++
	h.since[r] = h.n
}

func (h *held) trim() {
	if h.since == nil {
		h.since = make(map[HeldBy]int)
	}
	for r := range h.since {
		if !hasHolders(r) {
			delete(h.since, r)
		}
	}
	h.limit = max(minHeld, 2*len(h.since))
}

// hasHolders reports whether anybody holds r, also if its Holders panics.
func hasHolders(r HeldBy) (has bool) {
	defer func() {
		if recover() != nil {
			has = true
		}
	}()
	return len(r.Holders()) > 0
}

// TakeHeld is what tasks have acquired, in order, and is forgotten with that.
func (m *machine) TakeHeld() []HeldBy {
	since := m.held.since
	m.held = held{}
	return slices.SortedFunc(maps.Keys(since), func(a, b HeldBy) int { return since[a] - since[b] })
}
