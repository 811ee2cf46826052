package explain

import (
	"strings"

	"github.com/ouro-loop/ouro/internal/model"
	"github.com/ouro-loop/ouro/trace"
)

// why is why an entry runs now, as half a sentence; nil if that is not known.
func (w *teller) why(entry model.Entry) []Part {
	if entry.Push < 0 {
		return nil
	}
	s := new(says)
	push := w.t.Events[entry.Push]
	maker := w.task(push.Task)
	switch push.Cause {
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
		if maker < 0 {
			return nil
		}
		return s.text("because ").other(maker).text(" has scheduled it").parts
	}
	task := w.after.Tasks[entry.Task]
	switch _, kind := w.awaited(w.before, entry.Task); {
	case task == nil:
		return nil
	case task.Steps == 1 && maker < 0:
		return s.text("because it is the first in the queue").parts
	case task.Steps == 1:
		return s.text("because ").other(maker).text(" created it, and its turn has come").parts
	case kind == forYield:
		return s.text("because it gave way, and everything before it in the queue has had its turn").parts
	case task.Asked > 0:
		return s.text("because it was asked to cancel").parts
	}
	return s.text("because what it waits for was done already").parts
}

// whyDone is why an entry runs that a future's end has put into the queue.
func (w *teller) whyDone(s *says, entry model.Entry) []Part {
	done, at := w.doneBefore(entry.Push)
	if at < 0 {
		return nil
	}
	s.text("because ")
	ended := w.task(uint32(done.Object))
	if entry.What != trace.Step {
		if ended >= 0 {
			return s.other(ended).text(" is done").parts
		}
		return s.text("the future that it watches is done").parts
	}
	if done.What == trace.Canceled {
		if who, ok := w.askedBy(at); ok {
			return s.all(who).text(" has asked it to cancel").parts
		}
	}
	i, kind := w.awaited(w.before, entry.Task)
	failed := done.What == trace.Failed
	switch kind {
	case forSleep:
		return s.text("its sleep is over").parts
	case forTask:
		s.other(ended).text(", which it awaits, ")
		switch done.What {
		case trace.Failed:
			return s.text("has failed").parts
		case trace.Canceled:
			return s.text("was canceled").parts
		}
		return s.text("is done").parts
	case forGather:
		switch done.What {
		case trace.Failed:
			return s.text("one of those that its ").code("gather").text(" waited for has failed").parts
		case trace.Canceled:
			return s.text("one of those that its ").code("gather").text(" waited for was canceled").parts
		}
		return s.text("all that its ").code("gather").text(" waited for is done").parts
	case forWait:
		return s.text("what its ").code("wait").text(" waited for has come").parts
	case forCompleted:
		return s.text("the next result of its ").code("as_completed").text(" is there").parts
	case forShield:
		return s.text("what it has shielded is done").parts
	case forGroup:
		return s.text("every task of its group has ended").parts
	case forJoin:
		return s.text("every item of the queue is done").parts
	}
	by := w.doer(at)
	switch kind {
	case forRoom:
		return s.all(by).text(" took an item out of the queue, so there is room").parts
	case forItem:
		if w.isDown(at) {
			return s.all(by).text(" has shut the queue down: nothing will come any more").parts
		}
		return s.all(by).text(" put an item into the queue").parts
	case forLock, forSemaphore:
		return s.all(by).text(" released %s", the(w.text(i))).parts
	case forEvent:
		return s.all(by).text(" has set %s", the(w.text(i))).parts
	case forCondition:
		return s.all(by).text(" has notified it").parts
	case forBarrier:
		return s.all(by).text(" came to %s as the last", the(w.text(i))).parts
	case forFuture:
		if failed {
			return s.text("the future that it waited for has an error").parts
		}
		return s.text("the future that it waited for is done").parts
	}
	return s.text("what it waited for is done").parts
}

// doer is who has brought the event at about: a task, or a callback.
func (w *teller) doer(at int) []Part {
	s := new(says)
	if i := w.task(w.t.Events[at].Task); i >= 0 {
		return s.other(i).parts
	}
	return s.text("a callback").parts
}

// askedBy is who has asked for the cancellation that has led to the Done at: the request is
// among the events just before it.
func (w *teller) askedBy(at int) ([]Part, bool) {
	for i := at - 1; i >= 0; i-- {
		switch e := w.t.Events[i]; {
		case e.Kind != trace.Cancel:
			return nil, false
		case e.What == trace.Asked:
			if w.t.Events[i].Task == 0 && strings.Contains(w.text(i), "timeout") {
				return new(says).text("its timeout").parts, true
			}
			return w.doer(i), true
		}
	}
	return nil, false
}

// isDown reports whether the queue that the Done at is about was shut down before.
func (w *teller) isDown(at int) bool {
	for i := at - 1; i >= 0 && w.t.Events[i].Kind != trace.Run; i-- {
		if e := w.t.Events[i]; e.Kind == trace.Hold {
			state := w.t.Detail(i).State
			return state.Kind == "queue" && state.Down
		}
	}
	return false
}
