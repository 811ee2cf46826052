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
	if r.looking {
		return // what is looked at has caused an event itself
	}
	r.looking = true
	defer func() { r.looking = false }()
	for i := range r.shared {
		t := &r.shared[i]
		state := t.state()
		if seen := fmt.Sprintf("%+v", state); state != nil && seen != t.seen {
			t.seen = seen
			r.record(Hold, None, 0, task, 0, uint64(i)+1, 0)
			r.Explain(Detail{State: state})
		}
	}
}

// state is what the thing looks like, nil if it panics: it may be the program's own.
func (t *thing) state() (state any) {
	defer func() {
		if recover() != nil {
			state = nil
		}
	}()
	return t.look()
}
