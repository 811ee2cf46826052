package trace

import (
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
	ID       uint32
	Name     string // the last that it had
	Function string // what it runs, only where all is recorded
}

// Detail is what is known of an event beyond itself. A recorder of the last events keeps
// only texts.
type Detail struct {
	Of    string   // of Done and Cancel: what the future is, if it is no task's
	Text  string   // of an Await what is waited for; of a Push and a Timer what is to run; of a Done the error; of a Cancel the message; of a Note itself
	Site  string   // the line of the program, file:line
	Tasks []uint32 // of an Await: who could end it
	State *State   // of a Hold: what the thing looks like now
}

// State is what something that tasks share looks like.
type State struct {
	Kind       string   // lock, semaphore, event, queue, barrier, condition
	Name       string   // what SetName was given
	Value      int      // the free places of a semaphore, how many are at a barrier, 1 for an event that is set
	Size       int      // the places of a semaphore or a barrier, the bound of a queue; 0 for none
	Items      []string // in a queue, the next first
	Unfinished int      // items of a queue without a TaskDone
	Down       bool     // a queue was shut down
	Holders    []uint32 // the tasks that hold it
	Waiters    []Line   // the tasks in line
}

// Line is a line of tasks that wait for one thing.
type Line struct {
	For   string // of a queue: room, item, join
	Tasks []uint32
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

// Detail is what is known of the i-th event.
func (t *Trace) Detail(i int) Detail { return t.details[i] }

// Task is the task of that number. Of one whose creation is not in the trace, and that has
// ended, only the number is known.
func (t *Trace) Task(id uint32) Task {
	if task, ok := t.tasks[id]; ok {
		return task
	}
	return Task{ID: id, Name: fmt.Sprintf("task %d", id)}
}

// explain takes in what the recorder knows of events.
func (t *Trace) explain(details map[int]events.Detail) {
	t.tasks = map[uint32]Task{}
	t.details = map[int]Detail{}
	for i, e := range t.Events {
		d := details[i]
		state, _ := d.State.(*State)
		switch {
		case e.Kind == Spawn:
			task := Task{ID: uint32(e.Object), Name: d.Name, Function: d.Text}
			if task.Name == "" {
				task.Name = fmt.Sprintf("Task-%d", e.Arg)
			}
			t.tasks[task.ID] = task
		case e.Kind == Note && e.What == Renamed:
			t.name(uint32(e.Object), d.Text)
		}
		detail := Detail{Text: d.Text, Site: d.Site, Tasks: d.Tasks, State: state}
		switch e.Kind {
		case Spawn:
			detail.Text = ""
		case Done, Cancel:
			detail.Of = d.Name
		}
		if detail.Of != "" || detail.Text != "" || detail.Site != "" || state != nil {
			t.details[i] = detail
		}
	}
}

func (t *Trace) name(id uint32, name string) {
	task := t.Task(id)
	task.Name = name
	t.tasks[id] = task
}
