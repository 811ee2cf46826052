package events

import (
	"fmt"
	"reflect"
	"runtime"
	"weak"
)

// shared is what tasks share, as locks and queues. A thing does not tell when it changes, since
// that would cost something; where all is recorded, those that are known are looked at before
// every event.
//
// Those that are gone are let go of, or a program that makes locks and drops them would be
// looked at for longer and longer. That changes nothing of what is recorded: what nobody can
// reach does not change. So they are held until the collector has said which those are, while
// the loop stands still: with weak pointers alone it would be luck whether the last change of a
// thing is seen.
type shared struct {
	things  []thing
	known   map[any]bool // the things
	made    uint64       // so far
	limit   int          // with so many things the collector is asked
	looking bool
}

type thing struct {
	is     any
	number uint64
	look   func(is any) any // its state, by a pointer
	seen   string           // the last one
}

// minThings is how many things there are at least before those that are gone are let go of.
const minThings = 256

// Share tells of a thing that is used, and how to look at it. It is noted where all is, if it is
// a pointer, or can be told from others in another way.
func (r *Recorder) Share(is any, look func(is any) any) {
	s := &r.shared
	if !r.full || !reflect.ValueOf(is).Comparable() || s.known[is] {
		return
	}
	if len(s.things) >= max(s.limit, minThings) && !s.looking {
		s.letGo()
	}
	s.made++
	s.add(thing{is: is, number: s.made, look: look})
}

func (s *shared) add(t thing) {
	if s.known == nil {
		s.known = map[any]bool{}
	}
	s.known[t.is] = true
	s.things = append(s.things, t)
}

// letGo lets go of the things that nobody else holds.
func (s *shared) letGo() {
	things := make([]weakThing, 0, len(s.things))
	for _, t := range s.things {
		things = append(things, weakly(t))
	}
	clear(s.things)
	s.things, s.known = s.things[:0], nil
	runtime.GC()
	for _, t := range things {
		if t, ok := t.held(); ok {
			s.add(t)
		}
	}
	s.limit = 2 * len(s.things)
}

// A weakThing is a thing that is not held, if it is a pointer.
type weakThing struct {
	thing
	to reflect.Type // nil if it is none
	at weak.Pointer[byte]
}

func weakly(t thing) weakThing {
	v := reflect.ValueOf(t.is)
	if v.Kind() != reflect.Pointer {
		return weakThing{thing: t}
	}
	t.is = nil
	return weakThing{t, v.Type().Elem(), weak.Make((*byte)(v.UnsafePointer()))}
}

// held is the thing again, if it is still there.
func (w weakThing) held() (t thing, ok bool) {
	t = w.thing
	if w.to == nil {
		return t, true
	}
	at := w.at.Value()
	if at == nil {
		return t, false
	}
	t.is = reflect.NewAt(w.to, reflect.ValueOf(at).UnsafePointer()).Interface()
	return t, true
}

// look records what has changed of what tasks share, while task ran.
func (r *Recorder) look(task uint32) {
	s := &r.shared
	if s.looking {
		return // what is looked at has caused an event itself
	}
	s.looking = true
	defer func() { s.looking = false }()
	for i := range s.things {
		state := s.things[i].state()
		t := &s.things[i] // only now: the look may have told of further ones
		if seen := fmt.Sprintf("%+v", state); state != nil && seen != t.seen {
			t.seen = seen
			r.record(Hold, None, 0, task, 0, t.number, 0)
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
	return t.look(t.is)
}
