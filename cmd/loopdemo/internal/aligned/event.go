// Package aligned says where a program is in Go and where it is in Python, at each event of
// its run. No table of lines says so: both are run, and what happens is compared. Both run the
// same entries in the same order, create the same tasks and print the same; any difference
// is an error. So this is a test of each program's conformance as well.
//
// The runs are kept in the directory runs. To renew them: go generate ./cmd/loopdemo
//
// What can not be the same in both languages stands in exceptions.go, with the reason.
package aligned

import (
	"fmt"
	"strconv"
	"strings"
)

// Event is something that happens in a run, in Go or in Python.
type Event struct {
	At     Kind     `json:"at"`
	Task   int      `json:"task,omitempty"`   // of Run: whose step, 0 for a callback; of Spawn: the new task. They are numbered as they are created
	Call   string   `json:"call,omitempty"`   // of Run: the callback
	Line   int      `json:"line,omitempty"`   // of the program, 0 for none
	Name   string   `json:"name,omitempty"`   // of Spawn: the task's
	Coro   string   `json:"coro,omitempty"`   // of Spawn: its function, in Python
	Args   []string `json:"args,omitempty"`   // of Spawn: what it is called with, as Python shows it
	Text   string   `json:"text,omitempty"`   // of Print: a line
	How    string   `json:"how,omitempty"`    // of End: result, failed or canceled
	Thread bool     `json:"thread,omitempty"` // a thread does it, while the loop waits

	Outside bool `json:"outside,omitempty"` // of Line, in Python: no loop runs
}

// Kind is what happens.
type Kind string

// The kinds. Run and Wait each begin a step; the other kinds but Line and Other must be the
// same in both runs.
const (
	Run   Kind = "run"   // an entry of the ready queue is taken
	Wait  Kind = "wait"  // nothing is ready
	Spawn Kind = "spawn" // a task is created
	Print Kind = "print"
	Await Kind = "await" // the step is over: the task waits
	End   Kind = "end"   // the step is over: the task has ended
	Line  Kind = "line"  // a line is about to run
	Other Kind = "other"
)

// begins reports whether a step begins with e.
func (e Event) begins() bool { return e.At == Run || e.At == Wait }

// isAnchor reports whether e must happen in the other run, too.
func (e Event) isAnchor() bool {
	switch e.At {
	case Run, Wait, Spawn, Print, Await, End:
		return true
	}
	return false
}

// matches reports whether e and other are the same thing in two runs.
func (e Event) matches(other Event) bool {
	return e.At == other.At && e.Task == other.Task && e.Name == other.Name && e.Text == other.Text && e.How == other.How &&
		e.Thread == other.Thread
}

// String says what happens, for people.
func (e Event) String() string {
	if e.Thread {
		e.Thread = false
		return e.String() + ", in a thread"
	}
	switch e.At {
	case Run:
		if e.Task == 0 {
			return strings.TrimSpace("a callback runs " + e.Call)
		}
		return fmt.Sprintf("task %d runs", e.Task)
	case Wait:
		return "the loop waits"
	case Spawn:
		return fmt.Sprintf("task %d is created, named %q", e.Task, e.Name)
	case Print:
		return "it prints " + strconv.Quote(e.Text)
	case Await:
		return "it waits"
	case End:
		return "it ends: " + e.How
	}
	return string(e.At)
}
