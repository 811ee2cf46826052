package explain

import (
	"github.com/ouro-loop/ouro/internal/model"
	"github.com/ouro-loop/ouro/trace"
)

// cancels says who asks whom to cancel, and what comes of it at once.
func (w *teller) cancels(s *says) {
	target := w.task(uint32(w.e.Object))
	if w.isPending() {
		s.text("It was asked to cancel before, so this wait ends canceled at once. ").following()
		w.entries(s, w.pushedNow()).text(" goes into the ready queue.")
		return
	}
	w.asks(s, target)
	s.following()
	if way := w.way(); len(way) > 0 {
		s.text("The request goes on to ").some(len(way), func(i int) { s.other(way[i]) }).text(". ")
	}
	switch woken := w.pushedNow(); {
	case len(woken) > 0:
		s.text("What %s for ends canceled, and ", plural(steps(woken), "it waits", "they wait"))
		w.entries(s, woken).text(" %s into the ready queue.", plural(len(woken), "goes", "go"))
	case target >= 0 && target == w.task(w.e.Task):
		s.text("It is told when it waits next.")
	case target >= 0 && !w.endsSomething():
		s.text("It is told at its next step.")
	}
}

// steps is how many of the entries are steps of tasks.
func steps(entries []model.Entry) (n int) {
	for _, e := range entries {
		if e.What == trace.Step {
			n++
		}
	}
	return n
}

// asks says who asks whom.
func (w *teller) asks(s *says, target int) {
	me := w.task(w.e.Task)
	running, ok := innermost(w.before.running)
	switch {
	case me >= 0:
		s.task(me)
	case ok:
		s.all(w.entry(running))
	default:
		s.text("the program")
	}
	s.text(" asks ")
	switch {
	case target >= 0 && target == me:
		s.text("itself to cancel")
	case target >= 0:
		s.other(target).text(" to cancel")
	default:
		w.aFuture(s).text(" to cancel")
	}
	if msg := w.text(w.d.main); msg != "" {
		s.text(" (").code(msg).text(")")
	}
	s.text(". ")
}

// aFuture is the future that is asked to cancel.
func (w *teller) aFuture(s *says) *says {
	switch kind := kindOfText(w.t.Detail(w.d.main).Of); kind {
	case forGather, forShield:
		return s.code(string(kind))
	}
	return s.text("a future")
}

// way are the tasks that the request is passed on to.
func (w *teller) way() []int {
	var ids []uint32
	for _, i := range w.d.events {
		if e := w.t.Events[i]; e.Kind == trace.Cancel && e.What == trace.Passed {
			ids = append(ids, uint32(e.Object))
		}
	}
	return w.known(ids)
}

func (w *teller) endsSomething() bool {
	for _, i := range w.d.events {
		if w.t.Events[i].Kind == trace.Done {
			return true
		}
	}
	return false
}
