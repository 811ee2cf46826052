package explain

import (
	"strings"
	"time"

	"github.com/ouro-loop/ouro/trace"
)

// sentence says what happens in the step, and why.
func (w *teller) sentence() []Part {
	s := new(says)
	switch w.d.kind {
	case Spawn:
		w.spawns(s)
	case Iterate:
		w.iterates(s)
	case Run:
		w.runs(s)
	case Line:
		w.who(s).text(" runs line %d.", w.e.Arg)
	case Print:
		w.prints(s)
	case Await:
		w.awaits(s)
	case Call:
		w.calls(s)
	case Outside:
		w.comes(s)
	case Wait:
		w.waits(s)
	case Timer:
		w.setsTimer(s)
	case Due:
		w.due(s)
	case Done:
		w.ends(s)
	case Cancel:
		w.cancels(s)
	case Shared:
		w.changes(s)
	case Report:
		s.text("The exception handler is told: ").code(reportText(w.text(w.d.main))).text(".")
	case Cleanup:
		w.cleansUp(s)
	case End:
		w.closes(s)
	}
	return s.parts
}

func (w *teller) spawns(s *says) {
	made := w.task(uint32(w.e.Object))
	function := w.story.Tasks[made].Func
	_, inStep := innermost(w.before.running)
	switch {
	case w.e.What == trace.Existed:
		s.task(made).text(" is there when the recording begins.")
		return
	case w.mains[w.d.main]:
		s.code("run").text(" makes ")
		if function != "" {
			s.text("a task of ").code(function + "()")
		} else {
			s.text("the task ").task(made)
		}
		s.text(" and puts it into the ready queue.")
		return
	}
	w.who(s).text(" creates ").task(made)
	if function != "" {
		s.text(" to run ").code(function + "()")
	}
	switch {
	case len(w.pushes) == 0: // it is eager
		s.text(". It begins at once.")
	case !inStep:
		s.text(". It goes to the end of the ready queue.")
	default:
		s.text(". It goes to the end of the ready queue ").following().text("and does not begin before the next iteration.")
	}
}

// longIterations is how often it is said at length what an iteration is.
const longIterations = 3

func (w *teller) iterates(s *says) {
	ready := w.before.ready[:min(len(w.before.ready), max(int(w.e.Arg), 0))]
	n := w.after.Iteration
	switch {
	case len(ready) == 0: // what was there before the recording
		s.text("Iteration %d begins.", n)
		return
	case n > longIterations:
		w.entries(s.text("Iteration %d begins with ", n), ready).text(".")
		return
	}
	list := new(says)
	w.entries(list, ready)
	s.text("Iteration %d begins. Ready %s ", n, plural(len(ready), "is", "are")).all(list.parts)
	s.following().text(": exactly %s now; whatever becomes ready meanwhile waits for iteration %d.",
		plural(len(ready), "this runs", "these run"), n+1)
}

func (w *teller) runs(s *says) {
	entry, ok := innermost(w.after.Running)
	task := w.after.Tasks[w.e.Task]
	switch {
	case !ok:
		s.text("Something runs.")
		return
	case w.e.What == trace.Eager:
		w.named(s, w.e.Task).text(" begins at once, inside of the step that has created it.")
		return
	case w.e.What != trace.Step:
		callback := w.callback(entry)
		s.all(callback).text(" %s", verb(w.plain(callback)))
	case task != nil && task.Steps == 1 && w.t.Events[task.Spawn].What != trace.Existed:
		w.named(s, w.e.Task).text(" begins")
	default:
		w.named(s, w.e.Task).text(" goes on")
	}
	if why := w.why(entry); why != nil {
		s.text(" ").all(why)
	}
	s.text(".")
}

func (w *teller) prints(s *says) {
	text := strings.TrimSuffix(w.text(w.d.main), "\n")
	does := "prints"
	if w.e.What == trace.Text {
		does = "notes"
	}
	if text == "" {
		w.who(s).text(" %s an empty line.", does)
		return
	}
	w.who(s).text(" %s ", does).code(text).text(".")
}

func (w *teller) calls(s *says) {
	if w.text(w.d.main) == timeoutAlarm {
		w.who(s).text(" sets a timeout whose time is over already: ").following().text("its alarm goes to the end of the ready queue.")
		return
	}
	w.who(s).text(" schedules ").all(w.firstPushed()).text(": ").following().text("it goes to the end of the ready queue.")
}

func (w *teller) comes(s *says) {
	s.text("From outside comes ").all(w.firstPushed()).text(": ").following().text("it goes to the end of the ready queue.")
}

// firstPushed is what this step has put into the ready queue.
func (w *teller) firstPushed() []Part {
	if pushed := w.pushedNow(); len(pushed) > 0 {
		return w.entry(pushed[0])
	}
	return new(says).text("a callback").parts
}

// endOfTime is the deadline of a wait that only others can end.
const endOfTime = time.Duration(1<<63 - 1)

func (w *teller) waits(s *says) {
	switch {
	case w.e.Arg != int64(endOfTime):
		s.text("Nothing is ready. The loop sleeps until the first alarm, at %s.", seconds(time.Duration(w.e.Arg)))
	case w.isDeadlock():
		s.text("Nothing is ready, no timer is set, and nobody outside is at work: this is a deadlock.")
	default:
		s.text("Nothing is ready and no timer is set: the loop waits for somebody outside.")
	}
}

// isDeadlock reports whether this step, a Wait, is found to be one.
func (w *teller) isDeadlock() bool {
	for i, e := range w.t.Events[w.d.main+1:] {
		if e.Kind != trace.Hold {
			return e.Kind == trace.Note && e.What == trace.Report && strings.HasPrefix(w.text(w.d.main+1+i), "Deadlock")
		}
	}
	return false
}

// reportText is the first line of a report, without what it says twice, and the path of a
// package.
func reportText(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	for _, twice := range []string{"Deadlock: loop: deadlock: ", "Stuck: loop: stuck: "} {
		if rest, ok := strings.CutPrefix(text, twice); ok {
			word, _, _ := strings.Cut(twice, ":")
			return word + ": " + rest
		}
	}
	const inCallback = "Exception in callback "
	if rest, ok := strings.CutPrefix(text, inCallback); ok {
		name, more, _ := strings.Cut(rest, "()")
		return inCallback + functionName(name) + "()" + more
	}
	return text
}

func (w *teller) setsTimer(s *says) {
	if w.e.Kind == trace.Untimer {
		w.takesBack(s)
		return
	}
	if w.e.Task == 0 && len(w.before.running) == 0 && w.text(w.d.main) == "" {
		s.text("A timer is set for %s.", seconds(time.Duration(w.e.Arg))) // before the recording
		return
	}
	w.who(s).text(" sets an alarm for %s: ", seconds(time.Duration(w.e.Arg))).following().all(w.alarmOf(w.d.main)).text(".")
}

// takesBack says that an alarm will not ring.
func (w *teller) takesBack(s *says) {
	set := w.timers[w.e.Object]
	owner := w.task(w.t.Events[set].Task)
	w.who(s).text(" takes back ")
	switch what, ok := strings.CutPrefix(w.text(set), "the alarm of "); {
	case !ok:
		s.text("the alarm for ").all(w.callbackNamed(w.text(set))).text(": ").following().text("it will not be called.")
	case owner >= 0 && owner == w.task(w.e.Task):
		s.text("the alarm of its %s.", strings.TrimPrefix(what, "a "))
	default:
		s.all(w.ownedAlarm(w.text(set), owner)).text(".")
	}
}

// alarmOf says what the timer that the event i has set is for.
func (w *teller) alarmOf(i int) []Part {
	s := new(says)
	switch text := w.text(i); text {
	case timeoutAlarm:
		return s.text("if the block has not ended by then, the task is asked to cancel").parts
	case waitAlarm, asCompletedAlarm:
		return s.text("it will not wait longer").parts
	default:
		if text != "" {
			return s.text("then ").all(w.callbackNamed(text)).text(" is called").parts
		}
	}
	return s.text("something will happen then").parts
}

func (w *teller) due(s *says) {
	if last := len(w.story.Steps) - 1; last >= 0 && w.story.Steps[last].Kind == Due && w.story.Steps[last].Time == w.after.Time {
		s.all(w.firstPushed()).text(" is due, too, and goes behind it.")
		return
	}
	s.text("It is %s: ", seconds(w.after.Time)).all(w.firstPushed()).text(" is due, and goes into the ready queue.")
}

func (w *teller) cleansUp(s *says) {
	s.code("run").text(" cleans up: ").following()
	var asked []uint32
	for _, i := range w.d.events {
		if e := w.t.Events[i]; e.Kind == trace.Cancel && e.What == trace.Asked {
			asked = append(asked, uint32(e.Object))
		}
	}
	if canceled := w.known(asked); len(canceled) > 0 {
		s.text("it cancels what is left (").some(len(canceled), func(i int) { s.other(canceled[i]) }).text(") and lets it end; ")
	}
	s.text("it closes async generators and the thread pool, in two short tasks of its own, and then the loop.")
}

func (w *teller) closes(s *says) {
	lines := 0
	for _, o := range w.story.Output {
		if o.Step >= w.begun {
			lines++
		}
	}
	if lines > 0 {
		s.text("The loop is closed. %s printed, in %s.", count(lines, "line"), count(w.after.Iteration, "iteration"))
	} else {
		s.text("The loop is closed, after %s.", count(w.after.Iteration, "iteration"))
	}
}
