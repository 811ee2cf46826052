package explain

import (
	"slices"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/internal/model"
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
		w.who(s).text(" schedules ").all(w.entry(w.pushedNow()[0])).text(": ").following().
			text("it goes to the end of the ready queue.")
	case Outside:
		w.comes(s)
	case Wait:
		w.waits(s)
	case Timer:
		w.who(s).text(" sets an alarm for %s: ", seconds(time.Duration(w.e.Arg))).following().all(w.alarmOf(w.d.main)).text(".")
	case Due:
		w.due(s)
	case Done:
		w.ends(s)
	case Cancel:
		w.cancels(s)
	case Shared:
		w.changes(s)
	case Report:
		text, _, _ := strings.Cut(w.text(w.d.main), "\n")
		s.text("The exception handler is told: ").code(text).text(".")
	case Cleanup:
		w.cleansUp(s)
	case End:
		if n := len(w.story.Output); n > 0 {
			s.text("The loop is closed. %s printed, in %s.", count(n, "line"), count(w.after.Iteration, "iteration"))
		} else {
			s.text("The loop is closed, after %s.", count(w.after.Iteration, "iteration"))
		}
	}
	return s.parts
}

// who says who runs: a task, or the callback.
func (w *teller) who(s *says) *says {
	if i := w.task(w.e.Task); i >= 0 {
		return s.task(i)
	}
	if last := len(w.before.Running) - 1; last >= 0 {
		return s.all(w.entry(w.before.Running[last]))
	}
	return s.text("the program")
}

func (w *teller) spawns(s *says) {
	made := w.task(uint32(w.e.Object))
	function := w.story.Tasks[made].Func
	switch {
	case w.e.What == trace.Existed:
		s.task(made).text(" is there when the recording begins.")
		return
	case w.task(w.e.Task) < 0 && len(w.before.Running) == 0:
		s.code("run").text(" makes a task of ").code(function + "()").text(" and puts it into the ready queue.")
		return
	}
	w.who(s).text(" creates ").task(made)
	if function != "" {
		s.text(" to run ").code(function + "()")
	}
	if len(w.pushes) == 0 { // it is eager
		s.text(". It begins at once.")
		return
	}
	s.text(". It goes to the end of the ready queue ").following().text("and does not begin before the next iteration.")
}

func (w *teller) iterates(s *says) {
	ready := w.before.Ready
	n := w.after.Iteration
	if n > 3 {
		w.entries(s.text("Iteration %d begins with ", n), ready).text(".")
		return
	}
	is, runs := "Ready is ", ": exactly this runs now; "
	if len(ready) > 1 {
		is, runs = "Ready are ", ": exactly these run now; "
	}
	w.entries(s.text("Iteration %d begins. ", n).text("%s", is), ready)
	s.following().text("%swhatever becomes ready meanwhile waits for iteration %d.", runs, n+1)
}

func (w *teller) runs(s *says) {
	if len(w.after.Running) == 0 {
		s.text("Something runs.")
		return
	}
	entry := w.after.Running[len(w.after.Running)-1]
	switch {
	case w.e.What == trace.Eager:
		s.task(w.task(w.e.Task)).text(" begins at once, inside of the step that has created it.")
		return
	case w.e.What != trace.Step:
		s.all(w.entryText(entry)).text(" %s", verb(w.plain(w.entryText(entry))))
	case w.after.Tasks[w.e.Task] != nil && w.after.Tasks[w.e.Task].Steps == 1:
		s.task(w.task(w.e.Task)).text(" begins")
	default:
		s.task(w.task(w.e.Task)).text(" goes on")
	}
	if why := w.why(entry); why != nil {
		s.text(" ").all(why)
	}
	s.text(".")
}

func verb(callback string) string {
	if strings.HasPrefix(callback, "the alarm of ") {
		return "rings"
	}
	return "runs"
}

func (w *teller) prints(s *says) {
	text := strings.TrimSuffix(w.text(w.d.main), "\n")
	if w.e.What == trace.Text {
		w.who(s).text(" notes ").code(text).text(".")
		return
	}
	w.who(s).text(" prints ").code(text).text(".")
}

func (w *teller) awaits(s *says) {
	detail := w.t.Detail(w.d.main)
	me := w.task(w.e.Task)
	switch kind := kindOf(w.e, detail); kind {
	case forYield:
		s.task(me).text(" gives way: it goes to the end of the queue, ").following().text("behind everything that is ready.")
		return
	case forSleep:
		s.task(me)
		if when, ok := w.alarm(); ok {
			s.text(" sleeps: it sets an alarm for %s and waits for it.", seconds(when))
		} else {
			s.text(" sleeps without end.")
		}
	case forTask:
		s.task(me).text(" waits for ").other(w.task(uint32(w.e.Object))).text(".")
	case forGather:
		w.waitsFor(s.task(me), "gather", detail.Tasks)
	case forWait:
		w.waitsFor(s.task(me), "wait", detail.Tasks)
	case forCompleted:
		s.task(me).text(" waits for the next result of ").code("as_completed").text(".")
	case forShield:
		s.task(me).text(" waits for ").code("shield")
		w.among(s, ", that is for ", detail.Tasks).text(".")
	case forGroup:
		w.among(s.task(me).text(" is at the end of its task group, and waits"), " for ", detail.Tasks).text(".")
	case forRoom:
		s.text("The queue is full: ").task(me).text(" waits for room.")
	case forItem:
		s.text("The queue is empty: ").task(me).text(" waits for an item.")
	case forJoin:
		s.task(me).text(" waits until every item of the queue is done.")
	case forLock, forSemaphore:
		s.task(me).text(" waits for %s", the(detail.Text))
		if holders := w.known(detail.Tasks); len(holders) > 0 {
			s.text(", which ").list(len(holders), func(i int) { s.other(holders[i]) }).text(" %s", plural(len(holders), "holds", "hold"))
		}
		s.text(".")
	case forEvent:
		s.task(me).text(" waits until %s is set.", the(detail.Text))
	case forBarrier:
		s.task(me).text(" waits at %s for the others.", the(detail.Text))
	case forCondition:
		s.task(me).text(" waits to be notified.")
	case forFuture:
		s.task(me).text(" waits for a future.")
	default:
		s.task(me).text(" waits for %s.", the(detail.Text))
	}
	if len(w.after.Ready) > 0 && len(w.after.Running) == 0 && w.after.Left > 0 {
		s.following().text(" The loop takes the next entry.")
	}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func (w *teller) waitsFor(s *says, function string, tasks []uint32) {
	w.among(s.text(" waits for ").code(function), ", that is for ", tasks).text(".")
}

// among says which tasks something is about, if that is known.
func (w *teller) among(s *says, before string, tasks []uint32) *says {
	known := w.known(tasks)
	if len(known) == 0 {
		return s
	}
	shown := min(len(known), 6)
	s.text("%s", before)
	if len(known) > shown {
		return s.list(shown, func(i int) { s.other(known[i]) }).text(" and %d more", len(known)-shown)
	}
	return s.list(shown, func(i int) { s.other(known[i]) })
}

// known are the indices of those tasks that the story knows.
func (w *teller) known(tasks []uint32) (known []int) {
	for _, id := range tasks {
		if i := w.task(id); i >= 0 && !slices.Contains(known, i) {
			known = append(known, i)
		}
	}
	return known
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

// alarmOf says what the timer that the event i has set is for.
func (w *teller) alarmOf(i int) []Part {
	s := new(says)
	switch text := w.text(i); text {
	case "the alarm of a timeout":
		return s.text("if the block has not ended by then, the task is asked to cancel").parts
	case "the alarm of a wait", "the alarm of as_completed":
		return s.text("it will not wait longer").parts
	default:
		if name, ok := strings.CutSuffix(text, "()"); ok {
			return s.text("then ").code(functionName(name) + "()").text(" is called").parts
		}
	}
	return s.text("something will happen then").parts
}

func (w *teller) comes(s *says) {
	s.text("From outside comes ").all(w.entry(w.pushedNow()[0])).text(": ").following().text("it goes to the end of the ready queue.")
}

// pushedNow are the entries that this step has put into the ready queue.
func (w *teller) pushedNow() (entries []model.Entry) {
	for _, e := range w.after.Ready {
		if slices.Contains(w.pushes, e.Push) {
			entries = append(entries, e)
		}
	}
	return entries
}

func (w *teller) waits(s *says) {
	if w.e.Arg == int64(endOfTime) {
		s.text("Nothing is ready and no timer is set: the loop waits for somebody outside.")
		return
	}
	s.text("Nothing is ready. The loop sleeps until the first alarm, at %s.", seconds(time.Duration(w.e.Arg)))
}

// endOfTime is the deadline of a wait that only others can end.
const endOfTime = time.Duration(1<<63 - 1)

func (w *teller) due(s *says) {
	s.text("It is %s: ", seconds(w.after.Time)).all(w.entry(w.pushedNow()[0])).text(" is due, and goes into the ready queue.")
}

func (w *teller) ends(s *says) {
	if w.e.Object != 0 {
		w.taskEnds(s)
	} else {
		w.futureEnds(s)
	}
}

func (w *teller) taskEnds(s *says) {
	s.task(w.task(uint32(w.e.Object)))
	switch w.e.What {
	case trace.Canceled:
		s.text(" ends canceled. ")
	case trace.Failed:
		s.text(" has failed with ").code(w.text(w.d.main)).text(". ")
	default:
		s.text(" has returned: it is done. ")
	}
	w.wakes(s)
}

// wakes says who goes into the ready queue by the end of a future.
func (w *teller) wakes(s *says) {
	s.following()
	woken := w.pushedNow()
	if len(woken) == 0 {
		s.text("Nobody waits for it.")
		return
	}
	begin := len(s.parts)
	w.entries(s, woken)
	if begin < len(s.parts) {
		capital(s.parts[begin:])
	}
	if len(woken) == 1 && woken[0].What == trace.Step && w.e.Object != 0 {
		s.text(", which waits for it,")
	}
	s.text(" %s into the ready queue.", plural(len(woken), "goes", "go"))
}

func (w *teller) futureEnds(s *says) {
	waiter := uint32(w.e.Arg)
	kind := w.ended()
	failed := w.e.What == trace.Failed
	switch {
	case w.e.What == trace.Canceled:
		if i := w.task(waiter); i >= 0 {
			s.text("What ").other(i).text(" waits for is canceled. ")
		} else {
			s.text("A future is canceled. ")
		}
	case kind == forGather && failed:
		s.code("gather").text(" fails at once, with ").code(w.text(w.d.main)).text("; ").following().text("the others go on. ")
	case kind == forGather:
		s.code("gather").text(" has all its results. ")
	case kind == forWait:
		s.text("What ").code("wait").text(" waits for has come. ")
	case kind == forCompleted:
		s.code("as_completed").text(" has its next result. ")
	case kind == forShield:
		s.text("What is shielded is done. ")
	case kind == forSleep:
		s.text("The sleep is over. ")
	case kind == forRoom:
		s.text("Now there is room in the queue. ")
	case kind == forItem:
		s.text("Who waits for an item is told. ")
	case kind == forJoin:
		s.text("Now every item is done. ")
	case kind == forGroup:
		s.text("The last task of the group has ended. ")
	case kind == forLock:
		s.text("The lock is handed on. ")
	case kind == forSemaphore:
		s.text("A place of the semaphore is handed on. ")
	case kind == forEvent, kind == forCondition, kind == forBarrier:
		s.text("Who waits is told. ")
	case failed:
		s.text("A future has an error: ").code(w.text(w.d.main)).text(". ")
	default:
		s.text("A future is done. ")
	}
	w.wakes(s)
}

// ended is what the future is that is done in this step.
func (w *teller) ended() waitKind {
	if of := w.t.Detail(w.d.main).Of; of != "" && !strings.HasPrefix(of, "sleep") {
		return kindOfText(of)
	}
	_, kind := w.awaited(w.before, uint32(w.e.Arg))
	return kind
}

func (w *teller) cancels(s *says) {
	target := w.task(uint32(w.e.Object))
	w.asks(s)
	if target < 0 {
		w.aFuture(s).text(" to cancel. ")
	} else {
		s.other(target).text(" to cancel")
		if msg := w.text(w.d.main); msg != "" {
			s.text(" (").code(msg).text(")")
		}
		s.text(". ")
	}
	s.following()
	var way []int // the tasks that the request is passed on to
	ended := false
	for _, i := range w.d.events {
		switch e := w.t.Events[i]; {
		case e.Kind == trace.Cancel && e.What == trace.Passed && w.task(uint32(e.Object)) >= 0:
			way = append(way, w.task(uint32(e.Object)))
		case e.Kind == trace.Done:
			ended = true
		}
	}
	if len(way) > 0 {
		s.text("The request goes on to ").list(len(way), func(i int) { s.other(way[i]) }).text(". ")
	}
	woken := w.pushedNow()
	switch {
	case len(woken) > 0:
		s.text("What is waited for ends canceled, and ")
		w.entries(s, woken).text(" %s into the ready queue.", plural(len(woken), "goes", "go"))
	case !ended && target >= 0:
		s.text("It is told at its next step.")
	}
}

// aFuture is the future that is asked to cancel.
func (w *teller) aFuture(s *says) *says {
	switch kind := kindOfText(w.t.Detail(w.d.main).Of); kind {
	case forGather, forShield:
		return s.code(string(kind))
	}
	return s.text("a future")
}

// asks says who asks for a cancellation.
func (w *teller) asks(s *says) {
	if i := w.task(w.e.Task); i >= 0 {
		s.task(i).text(" asks ")
		return
	}
	if last := len(w.before.Running) - 1; last >= 0 {
		s.all(w.entry(w.before.Running[last])).text(" asks ")
		return
	}
	s.code("run").text(" asks ")
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
		s.text("it cancels what is left, ").list(len(canceled), func(i int) { s.other(canceled[i]) }).text(", and lets it end; ")
	}
	s.text("it closes async generators and the thread pool, in two short tasks of its own, and then the loop.")
}
