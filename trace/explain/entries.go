package explain

import (
	"strings"

	"github.com/ouro-loop/ouro/internal/model"
	"github.com/ouro-loop/ouro/trace"
)

// What the trace calls the alarms of the library's.
const (
	sleepAlarm       = "the alarm of a sleep"
	timeoutAlarm     = "the alarm of a timeout"
	waitAlarm        = "the alarm of a wait"
	asCompletedAlarm = "the alarm of as_completed"
)

// entry is what an entry is called in the middle of a sentence.
func (w *teller) entry(e model.Entry) []Part {
	if e.What == trace.Step {
		return w.named(new(says), e.Task).parts
	}
	return w.callback(e)
}

// named says the name of the task that the sentence is about. One that the story has not met,
// as the trace begins later, is only its name.
func (w *teller) named(s *says, id uint32) *says {
	if i := w.task(id); i >= 0 {
		return s.task(i)
	}
	return s.text("%s", w.t.Task(id).Name)
}

// otherNamed says the name of a task that is only spoken of.
func (w *teller) otherNamed(s *says, id uint32) *says {
	if i := w.task(id); i >= 0 {
		return s.other(i)
	}
	return s.text("%s", w.t.Task(id).Name)
}

// callback is what a callback is called, in the middle of a sentence.
func (w *teller) callback(e model.Entry) []Part {
	return w.ownedAlarm(w.callbackText(e), w.alarmOwner(e))
}

// ownedAlarm is what an alarm is called that a task has set, or another callback.
func (w *teller) ownedAlarm(text string, owner int) []Part {
	what, ok := strings.CutPrefix(text, "the alarm of ")
	if !ok || owner < 0 {
		return w.callbackNamed(text)
	}
	s := new(says).text("the alarm of ").other(owner).text("’s ")
	if kind, ok := strings.CutPrefix(what, "a "); ok {
		return s.text("%s", kind).parts
	}
	return s.code(what).parts
}

// callbackNamed is what a callback is called of which only the text is known.
func (w *teller) callbackNamed(text string) []Part {
	if name, ok := strings.CutSuffix(text, "()"); ok {
		return new(says).code(functionName(name) + "()").parts
	}
	return new(says).text("%s", strings.ReplaceAll(text, "'s ", "’s ")).parts
}

// callbackText is what the trace calls a callback.
func (w *teller) callbackText(e model.Entry) string {
	if e.Push >= 0 && w.text(e.Push) != "" {
		return w.text(e.Push)
	}
	return "a callback"
}

// alarmOwner is the task that has set an alarm, -1 if that is not known.
func (w *teller) alarmOwner(e model.Entry) int {
	switch {
	case e.Timer >= 0:
		return w.task(w.t.Events[e.Timer].Task)
	case e.Push >= 0: // its time had come when it was set
		return w.task(w.t.Events[e.Push].Task)
	}
	return -1
}

// entries says what several entries are, alike ones together.
func (w *teller) entries(s *says, entries []model.Entry) *says {
	if sleepers := w.sleepers(entries); len(sleepers) > 1 {
		return s.text("the alarms of ").some(len(sleepers), func(i int) { s.other(sleepers[i]) })
	}
	type group struct {
		parts []Part
		n     int
	}
	var groups []group
	known := map[string]int{}
	for _, e := range entries {
		parts := w.entry(e)
		text := w.plain(parts)
		at, ok := known[text]
		if !ok {
			at = len(groups)
			known[text] = at
			groups = append(groups, group{parts: parts})
		}
		groups[at].n++
	}
	return s.some(len(groups), func(i int) {
		s.all(groups[i].parts)
		if groups[i].n > 1 {
			s.text(" (%d times)", groups[i].n)
		}
	})
}

// sleepers are the tasks whose alarms the entries are, if they are nothing else.
func (w *teller) sleepers(entries []model.Entry) (tasks []int) {
	for _, e := range entries {
		if e.What == trace.Step || w.callbackText(e) != sleepAlarm || w.alarmOwner(e) < 0 {
			return nil
		}
		tasks = append(tasks, w.alarmOwner(e))
	}
	return tasks
}

// pushedNow are the entries that this step has put into the ready queue.
func (w *teller) pushedNow() []model.Entry {
	n := len(w.after.Ready)
	for n > 0 && len(w.pushes) > 0 && w.after.Ready[n-1].Push >= w.pushes[0] {
		n--
	}
	return w.after.Ready[n:]
}

// innermost is the entry that runs: it has begun the others, or their tasks have.
func innermost(running []model.Entry) (e model.Entry, ok bool) {
	if len(running) == 0 {
		return model.Entry{}, false
	}
	return running[len(running)-1], true
}

// who says who runs: a task, or the callback.
func (w *teller) who(s *says) *says {
	if i := w.task(w.e.Task); i >= 0 {
		return s.task(i)
	}
	e, ok := innermost(w.before.running)
	if w.d.kind == Print && w.after.Waiting {
		return s.text("a thread") // as everything else waits
	}
	if !ok || e.What == trace.Internal && (w.d.kind == Print || w.e.Kind == trace.Timer) {
		return s.text("the program") // after the end of a run: callbacks of ours do not do that
	}
	return s.all(w.entry(e))
}

// doer is who has made the event i, a Push, Done or Cancel: a task, or a callback. It is nil
// for what calls the loop.
func (w *teller) doer(i int) []Part {
	if task := w.task(w.t.Events[i].Task); task >= 0 {
		return new(says).other(task).parts
	}
	if e, ok := w.makers[i]; ok {
		return w.callback(e)
	}
	return nil
}

// doerOrProgram is doer, where somebody has to be named.
func (w *teller) doerOrProgram(i int) []Part {
	if doer := w.doer(i); doer != nil {
		return doer
	}
	return new(says).text("the program").parts
}

// verb is what a callback does when its turn comes.
func verb(callback string) string {
	for _, v := range []struct{ prefix, verb string }{
		{"the alarm of ", "rings"},
		{"what ", "is taken in"},
		{"the outcome of ", "is taken in"},
		{"the cancellation of ", "is taken in"},
		{"an interrupt", "is taken in"},
	} {
		if strings.HasPrefix(callback, v.prefix) {
			return v.verb
		}
	}
	return "runs"
}
