package trace

import (
	"cmp"
	"fmt"

	"github.com/ouro-loop/ouro/internal/events"
)

// Trace is what was recorded of a loop. It is a value of its own: nothing in it changes
// when the loop goes on.
type Trace struct {
	Events []Event // in order
	Lost   uint64  // events before the first of these that are not kept any more

	tasks   map[uint32]Task
	details map[int]Detail
}

// Task is a task in a Trace.
type Task struct {
	ID       uint32 `json:"id"`
	Name     string `json:"name"`              // the last that it had
	Function string `json:"function,omitzero"` // what it runs, only where all is recorded
}

// Detail is what is known of an event beyond itself. A recorder of the last events keeps
// only texts.
type Detail struct {
	Of    string   `json:"of,omitzero"`    // of Done and Cancel: what the future is, if it is no task's
	Text  string   `json:"text,omitzero"`  // of an Await what is waited for; of a Push and a Timer what is to run; of a Done the error; of a Cancel the message; of a Note itself
	Site  string   `json:"site,omitzero"`  // the line of the program, file:line
	Tasks []uint32 `json:"tasks,omitzero"` // of an Await: who could end it
	State *State   `json:"state,omitzero"` // of a Hold: what the thing looks like now
}

// State is what something that tasks share looks like.
type State struct {
	Kind       string   `json:"kind"`                // lock, semaphore, event, queue, barrier, condition
	Name       string   `json:"name,omitzero"`       // what SetName was given
	Value      int      `json:"value,omitzero"`      // the free places of a semaphore, how many are at a barrier, 1 for an event that is set
	Size       int      `json:"size,omitzero"`       // the places of a semaphore or a barrier, the bound of a queue; 0 for none
	Items      []string `json:"items,omitzero"`      // in a queue, the next first
	Unfinished int      `json:"unfinished,omitzero"` // items of a queue without a TaskDone
	Down       bool     `json:"down,omitzero"`       // a queue was shut down
	Holders    []uint32 `json:"holders,omitzero"`    // the tasks that hold it
	Waiters    []Line   `json:"waiters,omitzero"`    // the tasks in line
}

// Line is a line of tasks that wait for one thing.
type Line struct {
	For   string   `json:"for,omitzero"` // of a queue: room, item, join
	Tasks []uint32 `json:"tasks"`
}

// A Thing is something that tasks share, and that can be looked at, see [coro.Co.Share].
type Thing interface {
	// State is what it looks like now. It is called in the middle of operations too, on
	// the loop's goroutine.
	State() State
}

// Lines are the tasks that wait for something as one Line, none if there are none.
func Lines(what string, tasks []uint32) []Line {
	if len(tasks) == 0 {
		return nil
	}
	return []Line{{what, tasks}}
}

// Make makes a Trace of parts that were kept elsewhere. Details are by the place of their
// event.
func Make(recorded []Event, tasks []Task, details map[int]Detail) *Trace {
	t := &Trace{Events: recorded, tasks: make(map[uint32]Task), details: make(map[int]Detail)}
	for _, task := range tasks {
		t.tasks[task.ID] = task
	}
	for i, d := range details {
		t.setDetail(i, d)
	}
	return t
}

// Detail is what is known of the i-th event.
func (t *Trace) Detail(i int) Detail { return t.details[i] }

// Task is the task of that number. Of one whose creation is not in the trace, and that has
// ended, only the number is known.
func (t *Trace) Task(id uint32) Task {
	if task, ok := t.tasks[id]; ok {
		return task
	}
	return Task{ID: id, Name: unknownName(id)}
}

// explain takes in what the recorder knows of events.
func (t *Trace) explain(details map[int]events.Detail) {
	t.tasks = map[uint32]Task{}
	t.details = map[int]Detail{}
	for i, e := range t.Events {
		d := details[i]
		switch {
		case e.Kind == Spawn:
			id := uint32(e.Object)
			t.tasks[id] = Task{ID: id, Name: cmp.Or(d.Name, firstName(e)), Function: d.Text}
		case e.Kind == Note && e.What == Renamed && d.Text != "":
			t.name(uint32(e.Object), d.Text)
		}
		state, _ := d.State.(*State)
		detail := Detail{Text: d.Text, Site: d.Site, Tasks: d.Tasks, State: state}
		switch e.Kind {
		case Spawn:
			detail.Text = ""
		case Done, Cancel:
			detail.Of = d.Name
		}
		t.setDetail(i, detail)
	}
}

// firstName is the name of the task that e has created, as far as e knows it: the text with
// the name of one that was given a name may not be kept any more.
func firstName(e Event) string {
	if e.Arg == 0 {
		return unknownName(uint32(e.Object))
	}
	return fmt.Sprintf("Task-%d", e.Arg)
}

func unknownName(id uint32) string { return fmt.Sprintf("task %d", id) }

func (t *Trace) setDetail(i int, d Detail) {
	if d.Of != "" || d.Text != "" || d.Site != "" || d.Tasks != nil || d.State != nil {
		t.details[i] = d
	}
}

func (t *Trace) name(id uint32, name string) {
	task := t.Task(id)
	task.Name = name
	t.tasks[id] = task
}
