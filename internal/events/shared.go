package events

import (
	"fmt"
	"slices"
)

// A thing is something that tasks share, as a lock or a queue. It does not tell when it
// changes, since that would cost something; where all is recorded, those that are known
// are looked at before every event.
type thing struct {
	is   any
	look func() any // its state, by a pointer
	seen string     // the last one
}

// Share tells of a thing that is used, and how to look at it. It is noted where all is.
func (r *Recorder) Share(is any, look func() any) {
	if r.full && !slices.ContainsFunc(r.shared, func(t thing) bool { return t.is == is }) {
		r.shared = append(r.shared, thing{is: is, look: look})
	}
}

// look records what has changed of what tasks share, while task ran.
func (r *Recorder) look(task uint32) {
	for i := range r.shared {
		t := &r.shared[i]
		state := t.look()
		if seen := fmt.Sprintf("%+v", state); seen != t.seen {
			t.seen = seen
			r.record(Event{Kind: Hold, Task: task, Object: uint64(i) + 1})
			r.Explain(Detail{State: state})
		}
	}
}
