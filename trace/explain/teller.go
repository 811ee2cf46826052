package explain

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ouro-loop/ouro/internal/model"
	"github.com/ouro-loop/ouro/trace"
)

// Of makes the story of a trace, which should be one of everything ([trace.Full]): of one of
// the last events only the beginning is not known, but what is waited for is not either.
func Of(t *trace.Trace, o Options) *Story {
	w := &teller{
		t: t, o: o,
		story:  &Story{},
		index:  map[uint32]int{},
		pushed: map[uint64]int{},
		set:    map[uint64]int{},
		lines:  map[uint32]At{},
		things: map[uint64]*trace.State{},
		run:    -1,
	}
	for _, d := range drafts(t) {
		w.tell(d)
	}
	if o.Error != nil {
		w.story.Error = o.Error.Error()
	}
	return w.story
}

// A teller goes through a trace, step by step.
type teller struct {
	t     *trace.Trace
	o     Options
	story *Story

	index  map[uint32]int // of the story's tasks, by number
	pushed map[uint64]int // the step that has put an entry into the ready queue
	set    map[uint64]int // the step that has set a timer
	run    int            // the step that runs the present entry, -1 for none
	lines  map[uint32]At  // where each task is
	things map[uint64]*trace.State

	// Of the step that is being told:
	d             draft
	e             trace.Event // it is about this one
	before, after *model.State
	state         model.State // after is a copy of it
	cleaning      bool        // Run cleans up
	pushes        []int       // the events that put something into the queue
}

// tell adds a step.
func (w *teller) tell(d draft) {
	n := len(w.story.Steps)
	w.d, w.e = d, w.t.Events[d.main]
	w.before, w.pushes = w.state.Clone(), nil
	switch d.kind {
	case Cleanup:
		w.cleaning = true
	case End:
		w.cleaning = false
	}
	for _, i := range d.events {
		w.apply(n, i)
	}
	w.after = w.state.Clone()

	s := Step{
		Kind: d.kind, ByLine: d.byLine, Event: d.main,
		Iteration: w.after.Iteration, Time: w.after.Time, Phase: w.phase(),
		Task: w.task(w.e.Task), Cause: w.cause(),
	}
	switch d.kind {
	case Run:
		w.run = n
	case Iterate, Wait, Due, Cleanup, End:
		w.run = -1
	}
	if d.kind == Print && w.e.What == trace.Print {
		w.story.Output = append(w.story.Output, Output{n, s.Task, strings.TrimSuffix(w.text(d.main), "\n")})
	}
	s.At = w.at()
	s.Says = capital(w.sentence())
	s.Brief = w.brief()
	s.Picture = w.picture()
	for _, i := range d.events {
		if e := w.t.Events[i]; e.Kind == trace.Hold {
			w.things[e.Object] = w.t.Detail(i).State
		}
	}
	w.story.Steps = append(w.story.Steps, s)
}

// apply takes the state over an event of the n-th step.
func (w *teller) apply(n, i int) {
	e := w.t.Events[i]
	w.state.Apply(i, e)
	switch e.Kind {
	case trace.Spawn:
		if !w.cleaning { // those of the cleanup are not the program's
			w.meet(uint32(e.Object))
		}
	case trace.Push:
		w.pushed[e.Entry] = n
		w.pushes = append(w.pushes, i)
	case trace.Timer:
		w.set[e.Object] = n
	}
	w.move(i, e)
}

// meet gives a new task its index.
func (w *teller) meet(id uint32) {
	task := w.t.Task(id)
	name, function := task.Name, functionName(task.Function)
	if w.o.Function != nil {
		function = w.o.Function(task)
	}
	if name == "Task-1" && w.e.Kind == trace.Spawn && w.e.Task == 0 {
		name = "main"
	}
	w.index[id] = len(w.story.Tasks)
	w.story.Tasks = append(w.story.Tasks, Task{name, function})
}

// move notes where the task that runs is.
func (w *teller) move(i int, e trace.Event) {
	at := w.lines[e.Task]
	switch site := w.t.Detail(i).Site; {
	case e.Kind == trace.Note && e.What == trace.AtLine:
		at.Go = int(e.Arg)
	case e.Kind == trace.Spawn, e.Kind == trace.Push: // where that is made, not where the task is
	case site != "":
		at.Go, _ = strconv.Atoi(site[strings.LastIndexByte(site, ':')+1:])
	}
	if w.o.Go != nil {
		if line := w.o.Go(i); line > 0 {
			at.Go = line
		}
	}
	if w.o.Python != nil {
		if line := w.o.Python(i); line > 0 {
			at.Python = line
		}
	}
	w.lines[e.Task] = at
}

// at is the line of the step, nil if it is not known.
func (w *teller) at() *At {
	id := w.e.Task
	at, ok := w.lines[id]
	if !ok || at.Go == 0 && at.Python == 0 || w.task(id) < 0 {
		return nil
	}
	at.Task = w.task(id)
	return &at
}

// task is the index of a task, -1 for none.
func (w *teller) task(id uint32) int {
	if i, ok := w.index[id]; ok {
		return i
	}
	return -1
}

// text is what the trace says of an event in words.
func (w *teller) text(i int) string { return w.t.Detail(i).Text }

// cause is the step that has led to this one.
func (w *teller) cause() int {
	switch w.d.kind {
	case Run:
		if w.e.What == trace.Eager {
			return w.run
		}
		return lookup(w.pushed, w.e.Entry)
	case Due:
		return lookup(w.set, uint64(w.e.Arg))
	case Iterate, Wait, Outside, Cleanup, End:
		return -1
	}
	return w.run
}

func lookup(steps map[uint64]int, of uint64) int {
	if n, ok := steps[of]; ok {
		return n
	}
	return -1
}

// phase is the part of the iteration that the loop is in, by its number.
func (w *teller) phase() int {
	switch w.d.kind {
	case Outside:
		return 1
	case Wait:
		return 3
	case Due:
		return 4
	case Cleanup, End:
		return 0
	}
	if w.after.Iteration == 0 {
		return 0
	}
	return 5
}

// doneBefore is the Done that has led to the Push i: the last one before it.
func (w *teller) doneBefore(i int) (trace.Event, int) {
	for j := i - 1; j >= 0; j-- {
		if w.t.Events[j].Kind == trace.Done {
			return w.t.Events[j], j
		}
	}
	return trace.Event{}, -1
}

// awaited is the last wait of a task, as it was before this step: its event, and what it was
// for.
func (w *teller) awaited(s *model.State, id uint32) (i int, kind waitKind) {
	task := s.Tasks[id]
	if task == nil || task.Await < 0 {
		return -1, ""
	}
	return task.Await, kindOf(w.t.Events[task.Await], w.t.Detail(task.Await))
}

// entryText is what a callback is called, in the middle of a sentence.
func (w *teller) entryText(e model.Entry) []Part {
	var s says
	text := "a callback"
	if e.Push >= 0 && w.text(e.Push) != "" {
		text = w.text(e.Push)
	}
	if e.Timer >= 0 {
		if of := w.task(w.t.Events[e.Timer].Task); of >= 0 {
			switch text {
			case "the alarm of a sleep":
				return s.text("the alarm of ").other(of).text("’s sleep").parts
			case "the alarm of a timeout":
				return s.text("the alarm of ").other(of).text("’s timeout").parts
			}
		}
	}
	if name, ok := strings.CutSuffix(text, "()"); ok {
		return s.code(functionName(name) + "()").parts
	}
	return s.text("%s", text).parts
}

// entry is what an entry is called in the middle of a sentence.
func (w *teller) entry(e model.Entry) []Part {
	if e.What == trace.Step {
		return new(says).task(w.task(e.Task)).parts
	}
	return w.entryText(e)
}

// entries says what several entries are.
func (w *teller) entries(s *says, entries []model.Entry) *says {
	type named struct {
		parts []Part
		n     int
	}
	var list []named
	for _, e := range entries {
		parts := w.entry(e)
		at := slices.IndexFunc(list, func(x named) bool { return w.plain(x.parts) == w.plain(parts) })
		if at < 0 {
			list = append(list, named{parts, 1})
		} else {
			list[at].n++
		}
	}
	return s.list(len(list), func(i int) {
		s.all(list[i].parts)
		if list[i].n > 1 {
			s.text(" (%d times)", list[i].n)
		}
	})
}

// plain is a sentence as text.
func (w *teller) plain(parts []Part) string { return w.story.Plain(parts) }

// Plain is a sentence without its marks.
func (s *Story) Plain(parts []Part) string {
	var b strings.Builder
	for _, p := range parts {
		switch {
		case p.Task != nil:
			b.WriteString(s.name(*p.Task))
		case p.Code != "":
			b.WriteString(p.Code)
		default:
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func (s *Story) name(task int) string {
	if task < 0 || task >= len(s.Tasks) {
		return "nobody"
	}
	return s.Tasks[task].Name
}
