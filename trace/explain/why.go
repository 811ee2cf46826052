package explain

import (
	"github.com/ouro-loop/ouro/internal/model"
	"github.com/ouro-loop/ouro/trace"
)

// why is why an entry runs now, as half a sentence; nil if that is not known.
func (w *teller) why(entry model.Entry) []Part {
	if entry.Push < 0 {
		return nil
	}
	s := new(says)
	switch w.t.Events[entry.Push].Cause {
	case trace.ByTimer:
		return s.text("because its deadline has come").parts
	case trace.Outside:
		return s.text("because it has come from outside, and its turn has come").parts
	case trace.Before:
		return nil
	case trace.ByDone:
		return w.whyDone(s, entry)
	}
	if entry.What != trace.Step {
		return w.whyCalled(s, entry)
	}
	return w.whyStep(s, entry)
}

// whyCalled is why a callback runs that somebody has scheduled.
func (w *teller) whyCalled(s *says, entry model.Entry) []Part {
	maker := w.doer(entry.Push)
	switch {
	case w.callbackText(entry) == timeoutAlarm:
		return s.text("at once because its time was over when it was set").parts
	case maker == nil:
		return nil
	}
	return s.text("because ").all(maker).text(" has scheduled it").parts
}

// whyStep is why a task takes a step that somebody has put into the queue.
func (w *teller) whyStep(s *says, entry model.Entry) []Part {
	maker := w.doer(entry.Push)
	task := w.after.Tasks[entry.Task]
	_, kind := w.awaited(entry.Task)
	switch {
	case task == nil:
		return nil
	case task.Steps == 1 && w.mains[task.Spawn]:
		return s.text("because it is the first in the queue").parts
	case task.Steps == 1 && maker == nil:
		return s.text("because its turn has come").parts
	case task.Steps == 1:
		return s.text("because ").all(maker).text(" created it, and its turn has come").parts
	case kind == forYield:
		return s.text("because it gave way, and everything before it in the queue has had its turn").parts
	case task.Asked > 0:
		return s.text("because it was asked to cancel").parts
	}
	return s.text("because what it waits for was done already").parts
}

// whyDone is why an entry runs that a future's end has put into the queue.
func (w *teller) whyDone(s *says, entry model.Entry) []Part {
	at, ok := w.settled[entry.Push]
	if !ok {
		return nil
	}
	s.text("because ")
	done := w.t.Events[at]
	if entry.What != trace.Step {
		if done.Object != 0 {
			return w.otherNamed(s, uint32(done.Object)).text(" is done").parts
		}
		return s.text("the future that it watches is done").parts
	}
	if request, ok := w.requests[at]; ok {
		return s.all(w.asker(request, entry.Task)).text(" to cancel").parts
	}
	i, kind := w.awaited(entry.Task)
	switch kind {
	case forTask:
		return w.otherNamed(s, uint32(done.Object)).text(", which it awaits, %s", hasEnded(done)).parts
	case forGather:
		return w.whyGathered(s, done)
	case forWait, forCompleted:
		return w.whyCome(s, kind, at)
	case forRoom, forItem, forLock, forSemaphore, forEvent, forCondition, forBarrier:
		return w.whyTold(s.all(w.doerOrProgram(at)), kind, w.text(i), at)
	}
	return s.text("%s", whyOther(kind, done)).parts
}

// hasEnded says how a task has.
func hasEnded(done trace.Event) string {
	switch done.What {
	case trace.Failed:
		return "has failed"
	case trace.Canceled:
		return "was canceled"
	}
	return "is done"
}

// asker says who has asked a task to cancel, by the Cancel i.
func (w *teller) asker(i int, task uint32) []Part {
	s := new(says)
	if w.t.Events[i].Task == task {
		return s.text("it has asked itself").parts
	}
	if maker, ok := w.makers[i]; ok && w.callbackText(maker) == timeoutAlarm && w.alarmOwner(maker) == w.task(task) {
		return s.text("its timeout has asked it").parts
	}
	return s.all(w.doerOrProgram(i)).text(" has asked it").parts
}

func (w *teller) whyGathered(s *says, done trace.Event) []Part {
	switch done.What {
	case trace.Failed:
		return s.text("one of those that its ").code("gather").text(" waited for has failed").parts
	case trace.Canceled:
		return s.text("one of those that its ").code("gather").text(" waited for was canceled").parts
	}
	return s.text("all that its ").code("gather").text(" waited for is done").parts
}

// whyCome is why a task goes on after a wait, or with as_completed.
func (w *teller) whyCome(s *says, kind waitKind, at int) []Part {
	switch {
	case w.isTimedOut(at):
		return s.text("the time of its ").code(string(kind)).text(" is over").parts
	case kind == forWait:
		return s.text("what its ").code("wait").text(" waited for has come").parts
	}
	return s.text("the next result of its ").code("as_completed").text(" is there").parts
}

// whyTold says what somebody has done so that a task goes on that waits for what is described
// so.
func (w *teller) whyTold(s *says, kind waitKind, described string, at int) []Part {
	switch kind {
	case forRoom:
		return s.text(" took an item out of %s, so there is room", queueOf(described)).parts
	case forItem:
		if w.isDown(at) {
			return s.text(" has shut %s down: nothing will come any more", queueOf(described)).parts
		}
		return s.text(" put an item into %s", queueOf(described)).parts
	case forEvent:
		return s.text(" has set %s", the(described)).parts
	case forCondition:
		return s.text(" has notified it").parts
	case forBarrier:
		return s.text(" came to %s as the last", the(described)).parts
	}
	return s.text(" released %s", the(described)).parts
}

// whyOther is why a task goes on that waited for something that nobody in particular ends.
func whyOther(kind waitKind, done trace.Event) string {
	switch {
	case kind == forSleep:
		return "its sleep is over"
	case kind == forShield:
		return "what it has shielded is done"
	case kind == forGroup:
		return "every task of its group has ended"
	case kind == forJoin:
		return "every item of the queue is done"
	case kind == forFuture && done.What == trace.Failed:
		return "the future that it waited for has an error"
	case kind == forFuture:
		return "the future that it waited for is done"
	}
	return "what it waited for is done"
}

// isDown reports whether the queue that the Done at is about was shut down before.
func (w *teller) isDown(at int) bool {
	for i := at - 1; i >= 0 && w.t.Events[i].Kind != trace.Run; i-- {
		if e := w.t.Events[i]; e.Kind == trace.Hold {
			state := w.t.Detail(i).State
			return state != nil && state.Kind == "queue" && state.Down
		}
	}
	return false
}
