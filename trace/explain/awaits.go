package explain

import (
	"time"

	"github.com/ouro-loop/ouro/trace"
)

// awaits says what a task suspends for.
func (w *teller) awaits(s *says) {
	detail := w.t.Detail(w.d.main)
	kind := kindOf(w.e, detail)
	switch kind {
	case forRoom:
		w.items(s.text("%s is full", upper(queueOf(detail.Text)))).text(": ")
		w.named(s, w.e.Task).text(" waits for room.")
	case forItem:
		w.named(s.text("%s is empty: ", upper(queueOf(detail.Text))), w.e.Task).text(" waits for an item.")
	default:
		w.awaitsFor(w.named(s, w.e.Task), kind, detail)
	}
	if kind == forYield {
		return
	}
	w.thenGoesOn(s)
}

// items says what is in a queue that is seen for the first time: how it came there was not told.
func (w *teller) items(s *says) *says {
	if len(w.story.Steps)-w.metAt > 1 || len(w.met.Items) == 0 {
		return s
	}
	return s.text(", with ").some(len(w.met.Items), func(i int) { s.code(w.met.Items[i]) })
}

// thenGoesOn says who goes on when a task has suspended or ended.
func (w *teller) thenGoesOn(s *says) {
	switch entry, ok := innermost(w.after.Running); {
	case ok && w.e.Task != 0 && entry.Task != w.e.Task: // the task was eager
		s.following().text(" ").all(w.entry(entry)).text(", which has created it, goes on.")
	case !ok && len(w.after.Ready) > 0 && w.after.Left > 0 && w.d.kind == Await:
		s.following().text(" The loop takes the next entry.")
	}
}

// awaitsFor ends the sentence that the task has begun.
func (w *teller) awaitsFor(s *says, kind waitKind, detail trace.Detail) {
	switch kind {
	case forYield:
		s.text(" gives way: it goes to the end of the queue, ").following().text("behind everything that is ready.")
	case forSleep:
		w.sleeps(s)
	case forTask:
		w.otherNamed(s.text(" waits for "), uint32(w.e.Object)).text(".")
	case forGather, forWait:
		w.among(s.text(" waits for ").code(string(kind)), ", that is for ", detail.Tasks).text(".")
	case forShield:
		w.among(s.text(" waits for ").code("shield"), ", that is for ", detail.Tasks).text(".")
	case forCompleted:
		s.text(" waits for the next result of ").code("as_completed").text(".")
	case forGroup:
		w.among(s.text(" is at the end of its task group, and waits"), " for ", detail.Tasks).text(".")
	case forJoin:
		s.text(" waits until every item of %s is done.", queueOf(detail.Text))
	case forLock, forSemaphore:
		s.text(" waits for %s", the(detail.Text))
		if holders := w.known(detail.Tasks); len(holders) > 0 {
			s.text(", which ").some(len(holders), func(i int) { s.other(holders[i]) }).text(" %s", plural(len(holders), "holds", "hold"))
		}
		s.text(".")
	case forEvent:
		s.text(" waits until %s is set.", the(detail.Text))
	case forBarrier:
		s.text(" waits at %s for the others.", the(detail.Text))
	case forCondition:
		s.text(" waits to be notified.")
	case forFuture:
		s.text(" waits for a future.")
	default:
		s.text(" waits for %s.", the(detail.Text))
	}
}

func (w *teller) sleeps(s *says) {
	switch when, ok := w.alarm(); {
	case !ok && w.isExisting(w.e.Task):
		s.text(" sleeps.")
	case !ok:
		s.text(" sleeps without end.")
	default:
		s.text(" sleeps: it sets an alarm for %s and waits for it.", seconds(when))
	}
}

// isExisting reports whether the task was there before the recording, and has not run since.
func (w *teller) isExisting(id uint32) bool {
	task := w.after.Tasks[id]
	return task != nil && task.Steps == 0
}

// alarm is the time of the timer that this step sets.
func (w *teller) alarm() (when time.Duration, ok bool) {
	for _, i := range w.d.events {
		if e := w.t.Events[i]; e.Kind == trace.Timer {
			return time.Duration(e.Arg), true
		}
	}
	return 0, false
}

// among says which tasks something is about, if that is known.
func (w *teller) among(s *says, before string, tasks []uint32) *says {
	known := w.known(tasks)
	if len(known) == 0 {
		return s
	}
	return s.text("%s", before).some(len(known), func(i int) { s.other(known[i]) })
}

// known are the indices of those tasks that the story knows.
func (w *teller) known(tasks []uint32) (known []int) {
	seen := make(map[int]bool, len(tasks))
	for _, id := range tasks {
		if i := w.task(id); i >= 0 && !seen[i] {
			seen[i] = true
			known = append(known, i)
		}
	}
	return known
}
