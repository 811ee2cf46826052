package explain

import (
	"slices"

	"github.com/ouro-loop/ouro/trace"
)

// changes says what has become of something that tasks share.
func (w *teller) changes(s *says) {
	before, now := w.things[w.e.Object], w.t.Detail(w.d.main).State
	if now.Kind == "queue" {
		w.queueChanges(s, before, now)
		return
	}
	name := the(title(now))
	more := len(now.Holders) - len(before.Holders)
	switch {
	case now.Kind == "event" && now.Value > 0:
		w.who(s).text(" sets %s.", name)
	case now.Kind == "event":
		w.who(s).text(" clears %s.", name)
	case now.Kind == "barrier" && now.Value > before.Value:
		w.who(s).text(" comes to %s, as number %d of %d.", name, now.Value, now.Size)
	case now.Kind == "barrier":
		w.who(s).text(" leaves %s.", name)
	case more > 0:
		taker := now.Holders[len(now.Holders)-1]
		if i := w.task(taker); i >= 0 {
			s.task(i)
		} else {
			w.who(s)
		}
		s.text(" takes %s.", w.place(now, name))
	case more < 0:
		w.who(s).text(" releases %s.", w.place(now, name))
	case now.Value < before.Value:
		s.text("A place of %s is for the first in line now.", name)
	default:
		w.who(s).text(" changes %s.", name)
	}
}

// place is what a task has of a lock, or of a semaphore.
func (w *teller) place(now *trace.State, name string) string {
	if now.Kind == "semaphore" {
		return "a place of " + name
	}
	return name
}

func (w *teller) queueChanges(s *says, before, now *trace.State) {
	more := len(now.Items) - len(before.Items)
	done := before.Unfinished - now.Unfinished
	switch {
	case now.Down && !before.Down:
		w.who(s).text(" shuts the queue down: ").following().text("nothing more can be put into it.")
		return
	case more > 0:
		added := without(now.Items, before.Items)
		w.who(s).text(" puts ").list(len(added), func(i int) { s.code(added[i]) }).text(" into the queue")
		if now.Size > 0 {
			s.text(", which now holds %d of %d", len(now.Items), now.Size)
		}
		s.text(".")
		return
	}
	w.who(s)
	if done > 0 {
		s.text(" says that %s %s done", count(done, "item"), plural(done, "is", "are"))
	}
	if more < 0 {
		if done > 0 {
			s.text(", and")
		}
		taken := without(before.Items, now.Items)
		s.text(" takes ").list(len(taken), func(i int) { s.code(taken[i]) }).text(" out of the queue")
	}
	if done <= 0 && more == 0 {
		s.text(" changes the queue")
	}
	s.text(".")
}

// without are the items that are in a and not in b.
func without(a, b []string) []string {
	b = slices.Clone(b)
	return slices.DeleteFunc(slices.Clone(a), func(x string) bool {
		at := slices.Index(b, x)
		if at >= 0 {
			b = slices.Delete(b, at, at+1)
		}
		return at >= 0
	})
}

// title is the kind of a thing, with its name if it has one.
func title(s *trace.State) string {
	if s.Name == "" {
		return s.Kind
	}
	return s.Kind + " " + `"` + s.Name + `"`
}
