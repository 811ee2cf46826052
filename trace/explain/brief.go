package explain

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/ouro-loop/ouro/trace"
)

// brief is the step in a few words, for the trail.
func (w *teller) brief() string {
	me := w.plain(w.who(new(says)).parts)
	switch w.d.kind {
	case Spawn:
		if w.mains[w.d.main] {
			return "run begins"
		}
		return me + " creates " + w.story.name(w.task(uint32(w.e.Object)))
	case Run:
		return w.briefRun(w.plain(w.named(new(says), w.e.Task).parts))
	case Due:
		return seconds(w.after.Time) + " is reached"
	case Await:
		if w.e.What == trace.Sleep {
			return me + " sets the alarm"
		}
		if w.e.What == trace.Yield {
			return me + " gives way"
		}
		return me + " waits"
	case Done:
		return w.briefDone()
	case Iterate:
		return fmt.Sprint("iteration ", w.after.Iteration)
	case Print:
		return "prints"
	case Timer:
		if w.e.Kind == trace.Untimer {
			return me + " takes an alarm back"
		}
		return me + " sets an alarm"
	case Call:
		return "a callback is scheduled"
	case Outside:
		return "something comes from outside"
	case Cancel:
		return "asks to cancel"
	case Shared:
		return w.plain(capitalOff(w.sentence()))
	}
	return string(w.d.kind)
}

// capitalOff is a short sentence as a phrase.
func capitalOff(parts []Part) []Part {
	if last := len(parts) - 1; last >= 0 {
		parts[last].Text = strings.TrimSuffix(parts[last].Text, ".")
	}
	return parts
}

func (w *teller) briefRun(me string) string {
	last := len(w.after.Running) - 1
	switch {
	case w.e.What != trace.Step && w.e.What != trace.Eager && last >= 0:
		if text := w.plain(w.callback(w.after.Running[last])); !strings.HasPrefix(text, "the alarm of ") {
			return text
		}
		return "the alarm rings"
	case w.after.Tasks[w.e.Task] != nil && w.after.Tasks[w.e.Task].Steps == 1:
		return me + " begins"
	}
	return me + " goes on"
}

func (w *teller) briefDone() string {
	if i := w.task(uint32(w.e.Object)); i >= 0 {
		switch w.e.What {
		case trace.Failed:
			return w.story.name(i) + " fails"
		case trace.Canceled:
			return w.story.name(i) + " is canceled"
		}
		return w.story.name(i) + " is done"
	}
	kind := w.ended()
	switch {
	case w.e.What == trace.Canceled:
		return "a wait is canceled"
	case w.e.What == trace.Failed && kind == forGather:
		return "gather fails"
	case w.isTimedOut(w.d.main):
		return "the time is over"
	}
	return cmp.Or(briefEnds[kind], "a future is done")
}

var briefEnds = map[waitKind]string{
	forSleep: "the sleep is over", forGather: "gather is done", forRoom: "there is room", forItem: "an item is there",
	forJoin: "all items are done", forGroup: "the group is done", forLock: "the lock is free", forSemaphore: "a place is free",
	forEvent: "the event is set", forWait: "wait is done", forCompleted: "a result is there",
}
