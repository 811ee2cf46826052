package explain

import (
	"slices"

	"github.com/ouro-loop/ouro/trace"
)

// changes says what has become of something that tasks share.
func (w *teller) changes(s *says) {
	before, now := w.things[w.e.Object], w.t.Detail(w.d.main).State // neither is nil, see drafter.hold
	name := the(title(now))
	more := len(now.Holders) - len(before.Holders)
	switch {
	case now.Kind == "queue":
		w.queueChanges(s, before, now)
	case now.Kind == "event" && now.Value > 0:
		w.who(s).text(" sets %s.", name)
	case now.Kind == "event":
		w.who(s).text(" clears %s.", name)
	case now.Kind == "barrier" && now.Value > before.Value:
		w.who(s).text(" comes to %s, as number %d of %d.", name, now.Value, now.Size)
	case now.Kind == "barrier":
		w.who(s).text(" leaves %s.", name)
	case more > 0:
		w.taker(s, now).text(" takes %s.", placeOf(now, "a", name))
	case more < 0:
		w.who(s).text(" releases %s.", placeOf(now, "its", name))
	default:
		w.who(s).text(" changes %s.", name)
	}
}

// taker is who holds the thing since this step.
func (w *teller) taker(s *says, now *trace.State) *says {
	if i := w.task(now.Holders[len(now.Holders)-1]); i >= 0 {
		return s.task(i)
	}
	return w.who(s)
}

// placeOf is what a task has of a lock, or of a semaphore: a place of it, or its place.
func placeOf(now *trace.State, which, name string) string {
	if now.Kind == "semaphore" {
		return which + " place of " + name
	}
	return name
}

func (w *teller) queueChanges(s *says, before, now *trace.State) {
	queue := the(title(now))
	more := len(now.Items) - len(before.Items)
	done := before.Unfinished - now.Unfinished
	w.who(s)
	switch {
	case now.Down && !before.Down:
		s.text(" shuts %s down: ", queue).following().text("nothing more can be put into it.")
	case more > 0:
		added := without(now.Items, before.Items)
		s.text(" puts ").some(len(added), func(i int) { s.code(added[i]) }).text(" into %s", queue)
		if now.Size > 0 {
			s.text(", which now holds %d of %d", len(now.Items), now.Size)
		}
		s.text(".")
	case more < 0:
		if done > 0 {
			s.text(" says that %s, and", itemsAreDone(done))
		}
		taken := without(before.Items, now.Items)
		s.text(" takes ").some(len(taken), func(i int) { s.code(taken[i]) }).text(" out of %s.", queue)
	case done > 0:
		s.text(" says that %s.", itemsAreDone(done))
	default:
		s.text(" changes %s.", queue)
	}
}

func itemsAreDone(n int) string { return count(n, "item") + plural(n, " is done", " are done") }

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
