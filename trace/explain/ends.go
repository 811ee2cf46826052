package explain

import (
	"strings"

	"github.com/ouro-loop/ouro/trace"
)

// ends says how a future ends, and whom that wakes.
func (w *teller) ends(s *says) {
	switch {
	case w.e.Object != 0:
		w.taskEnds(s)
	case w.e.What == trace.Canceled:
		w.waitEnds(s)
	default:
		w.futureEnds(s)
	}
}

func (w *teller) taskEnds(s *says) {
	w.named(s, uint32(w.e.Object))
	switch w.e.What {
	case trace.Canceled:
		s.text(" ends canceled. ")
	case trace.Failed:
		s.text(" has failed with ").code(w.text(w.d.main)).text(". ")
	default:
		s.text(" has returned: it is done. ")
	}
	w.wakes(s)
	w.thenGoesOn(s)
}

// wakes says who goes into the ready queue by the end of a future.
func (w *teller) wakes(s *says) {
	s.following()
	woken := w.pushedNow()
	if len(woken) == 0 {
		s.text("Nobody waits for it.")
		return
	}
	w.entries(s, woken)
	if len(woken) == 1 && woken[0].What == trace.Step && w.e.Object != 0 {
		s.text(", which waits for it,")
	}
	s.text(" %s into the ready queue.", plural(len(woken), "goes", "go"))
}

// waitEnds says that what a task waits for is canceled.
func (w *teller) waitEnds(s *says) {
	if i := w.task(uint32(w.e.Arg)); i >= 0 {
		s.text("What ").other(i).text(" waits for is canceled. ")
	} else {
		s.text("A future is canceled. ")
	}
	w.wakes(s)
}

// wakesNow are those whose waits are over as soon as somebody says so: what was done for it
// has been told before.
var wakesNow = map[waitKind]bool{forItem: true, forEvent: true, forCondition: true, forBarrier: true}

func (w *teller) futureEnds(s *says) {
	kind := w.ended()
	woken := w.pushedNow()
	switch {
	case wakesNow[kind] && len(woken) > 0:
		w.entries(s, woken).text(" %s woken: ", plural(len(woken), "is", "are")).following().
			text("%s into the ready queue.", plural(len(woken), "it goes", "they go"))
		return
	case w.e.What == trace.Failed && kind == forGather:
		s.code("gather").text(" fails at once")
		if text := w.text(w.d.main); text == "canceled" {
			s.text(": one of those that it waits for was canceled")
		} else {
			s.text(", with ").code(text)
		}
		if w.othersGoOn() {
			s.following().text("; the others go on")
		}
		s.text(". ")
	case w.e.What == trace.Failed:
		s.text("A future has an error: ").code(w.text(w.d.main)).text(". ")
	case w.isTimedOut(w.d.main):
		s.text("The time of ").code(string(kind)).text(" is over. ")
	default:
		w.fulfilled(s, kind)
	}
	w.wakes(s)
}

// fulfilled says that what a wait is for has come.
func (w *teller) fulfilled(s *says, kind waitKind) {
	switch kind {
	case forOther:
		w.otherNamed(s.text("What "), uint32(w.e.Arg)).text(" waits for is done. ")
	case forGather:
		s.code("gather").text(" has all its results. ")
	case forWait:
		s.text("What ").code("wait").text(" waits for has come. ")
	case forCompleted:
		s.code("as_completed").text(" has its next result. ")
	case forShield:
		s.text("What is shielded is done. ")
	case forSleep:
		s.text("The sleep is over. ")
	case forRoom:
		s.text("Now there is room in the queue. ")
	case forJoin:
		s.text("Now every item is done. ")
	case forGroup:
		s.text("The last task of the group has ended. ")
	case forLock:
		s.text("The lock is handed on. ")
	case forSemaphore:
		s.text("A place of the semaphore is handed on. ")
	default:
		s.text("A future is done. ")
	}
}

// othersGoOn reports whether a gather that fails has children that have not ended.
func (w *teller) othersGoOn() bool {
	i, _ := w.awaited(uint32(w.e.Arg))
	if i < 0 {
		return false
	}
	for _, id := range w.t.Detail(i).Tasks {
		if task := w.after.Tasks[id]; task != nil && !task.State.Ended() {
			return true
		}
	}
	return false
}

// isTimedOut reports whether the alarm of a wait has made the Done i.
func (w *teller) isTimedOut(i int) bool {
	maker, ok := w.makers[i]
	if !ok {
		return false
	}
	switch w.callbackText(maker) {
	case waitAlarm, asCompletedAlarm:
		return true
	}
	return false
}

// ended is what the future is that is done in this step.
func (w *teller) ended() waitKind {
	if of := w.t.Detail(w.d.main).Of; of != "" && !strings.HasPrefix(of, "sleep") {
		return kindOfText(of)
	}
	_, kind := w.awaited(uint32(w.e.Arg))
	return kind
}
