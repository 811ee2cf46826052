package explain

import (
	"strconv"
	"strings"

	"github.com/ouro-loop/ouro/internal/model"
	"github.com/ouro-loop/ouro/trace"
)

// Of makes the story of a trace, which should be one of everything ([trace.Full]): of one of
// the last events only the beginning is not known, but what is waited for is not either. It
// never fails: of what it does not know it tells less.
//
// It takes microseconds a step, and memory: each step has a picture of all tasks, of all that
// are ready and of all timers, some 150 bytes each. So 20,000 steps of 300 tasks take a
// gigabyte. Of a long run leave the pictures out, see [Options]: then a million events take
// some seconds.
func Of(t *trace.Trace, o Options) *Story {
	if t == nil {
		panic("explain: Of a nil Trace; the error that came with it says why there is none")
	}
	w := &teller{
		t: t, o: o,
		story:    &Story{},
		met:      &trace.State{},
		mains:    mainTasks(t),
		index:    map[uint32]int{},
		pushed:   map[uint64]int{},
		set:      map[uint64]int{},
		timers:   map[uint64]int{},
		lines:    map[uint32]At{},
		things:   map[uint64]*trace.State{},
		settled:  map[int]int{},
		makers:   map[int]model.Entry{},
		asked:    map[uint32]int{},
		requests: map[int]int{},
		run:      -1,
		done:     -1,
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
	mains map[int]bool // the Spawn events of main tasks

	index    map[uint32]int // of the story's tasks, by number
	ids      []uint32       // the numbers of the story's tasks
	pushed   map[uint64]int // the step that has put an entry into the ready queue
	set      map[uint64]int // the step that has set a timer
	timers   map[uint64]int // the event that has
	cleaning bool           // Run cleans up
	run      int            // the step that runs the present entry, -1 for none
	begun    int            // the first step since a loop was closed
	lines    map[uint32]At  // where each task is
	things   map[uint64]*trace.State
	met      *trace.State // what was seen for the first time last,
	metAt    int          // in that step

	done     int                 // the last Done, -1 for none
	settled  map[int]int         // a Push that a Done has led to: that
	makers   map[int]model.Entry // a Push, Done or Cancel that no task has made: the callback that has
	asked    map[uint32]int      // the last Cancel that somebody has asked a task with
	requests map[int]int         // a Done by a cancellation: the Cancel that has asked for it

	// Of the step that is being told:
	d      draft
	e      trace.Event // it is about this one
	before moment
	after  model.State
	pushes []int // the events that put something into the queue
}

// A moment is what ran and what was ready before a step.
type moment struct{ ready, running []model.Entry }

// tell adds a step.
func (w *teller) tell(d draft) {
	n := len(w.story.Steps)
	w.take(n, d)
	s := Step{
		Kind: d.kind, ByLine: d.byLine, Event: d.main,
		Iteration: w.after.Iteration, Time: w.after.Time, Phase: w.phase(),
		Task: w.task(w.e.Task), Cause: w.cause(),
	}
	if d.kind == Print && w.e.What == trace.Print {
		w.story.Output = append(w.story.Output, Output{n, s.Task, strings.TrimSuffix(w.text(d.main), "\n")})
	}
	s.At = w.at()
	s.Says = capital(w.sentence())
	s.Brief = w.brief()
	if !w.o.NoPictures {
		s.Picture = w.picture()
	}
	for _, i := range d.events {
		if w.t.Events[i].Kind == trace.Hold {
			w.see(n, i)
		}
	}
	w.story.Steps = append(w.story.Steps, s)
	switch d.kind {
	case Run:
		w.run = n
	case Iterate, Wait, Due, Cleanup:
		w.run = -1
	case End:
		w.run, w.begun = -1, n+1
	}
}

// take takes the state over the events of the n-th step.
func (w *teller) take(n int, d draft) {
	w.d, w.e = d, w.t.Events[d.main]
	w.before, w.pushes = moment{w.after.Ready, w.after.Running}, nil
	switch d.kind {
	case Cleanup:
		w.cleaning = true
	case End:
		w.cleaning = false
	}
	for _, i := range d.events {
		w.apply(n, i)
	}
}

// see takes in what the Hold i of the n-th step shows.
func (w *teller) see(n, i int) {
	state, object := w.t.Detail(i).State, w.t.Events[i].Object
	if state == nil {
		return
	}
	if w.things[object] == nil {
		w.met, w.metAt = state, n
	}
	w.things[object] = state
}

// apply takes the state over an event of the n-th step.
func (w *teller) apply(n, i int) {
	e := w.t.Events[i]
	w.link(i, e)
	w.after.Apply(i, e)
	switch e.Kind {
	case trace.Spawn:
		if !w.cleaning { // those of the cleanup are not the program's
			w.meet(i, uint32(e.Object))
		}
	case trace.Push:
		w.pushed[e.Entry] = n
		w.pushes = append(w.pushes, i)
	case trace.Timer:
		w.set[e.Object], w.timers[e.Object] = n, i
	}
	w.move(i, e)
}

// meet gives the task that the Spawn i has created its index.
func (w *teller) meet(i int, id uint32) {
	task := w.t.Task(id)
	name, function := task.Name, functionName(task.Function)
	if w.o.Function != nil {
		function = w.o.Function(task)
	}
	if w.mains[i] {
		name = "main"
	}
	w.index[id] = len(w.story.Tasks)
	w.ids = append(w.ids, id)
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

// plain is a sentence as text.
func (w *teller) plain(parts []Part) string { return w.story.Plain(parts) }
