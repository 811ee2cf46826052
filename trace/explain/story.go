package explain

import (
	"time"

	"github.com/ouro-loop/ouro/trace"
)

// Story is a run, told step by step. It is a value that can be written as JSON, which is
// what the page of loopdemo is made from.
type Story struct {
	Tasks  []Task   `json:"tasks"`            // in order of creation; what is said of a task says its index here
	Output []Output `json:"output,omitempty"` // what the program has printed
	Error  string   `json:"error,omitempty"`  // what the run has failed with, if it has: see Options
	Steps  []Step   `json:"steps"`
}

// Task is a task of a Story.
type Task struct {
	Name string `json:"name"`           // main for the first of a run, else the task's
	Func string `json:"func,omitempty"` // what it runs
}

// Output is a line that was printed.
type Output struct {
	Step int    `json:"step"`
	Task int    `json:"task"` // -1 for none
	Text string `json:"text"`
}

// Kind is what a step is about.
type Kind string

// The kinds of steps.
const (
	Spawn   Kind = "spawn"   // a task is created
	Iterate Kind = "iterate" // an iteration begins to run what is ready
	Run     Kind = "run"     // an entry of the ready queue runs
	Line    Kind = "line"    // a line of the program runs
	Print   Kind = "print"   // something is printed, or noted
	Await   Kind = "await"   // a task suspends
	Call    Kind = "call"    // a callback is put into the ready queue
	Outside Kind = "outside" // another goroutine has put something into the ready queue
	Wait    Kind = "wait"    // nothing is ready
	Timer   Kind = "timer"   // a timer is set
	Due     Kind = "due"     // a timer is due
	Done    Kind = "done"    // a future is done, or a task has ended
	Cancel  Kind = "cancel"  // somebody is asked to cancel
	Shared  Kind = "shared"  // what tasks share has changed
	Report  Kind = "report"  // the exception handler was told of something
	Cleanup Kind = "cleanup" // Run brings to its end what main has left
	End     Kind = "end"     // the loop is closed
)

// Step is what one press of a button shows.
type Step struct {
	Kind      Kind          `json:"kind"`
	ByLine    bool          `json:"byLine,omitempty"` // it only shows which line runs
	Event     int           `json:"-"`                // of the trace, the one that it is about
	Iteration int           `json:"iteration"`
	Time      time.Duration `json:"time"`
	Phase     int           `json:"phase"` // the part of the iteration, as docs/architecture.md numbers them; 0 where the loop does not run
	Task      int           `json:"task"`  // whose doing it is, -1 for nobody's
	Says      []Part        `json:"says"`  // the sentence
	Brief     string        `json:"brief"`
	Cause     int           `json:"cause"` // the step that has led to this one, -1 for none
	At        *At           `json:"at,omitempty"`
	Picture   Picture       `json:"picture"`
}

// At is a place in the source.
type At struct {
	Task   int `json:"task"`
	Go     int `json:"go,omitempty"`
	Python int `json:"python,omitempty"`
}

// Part is a piece of a sentence: a text, or the name of a task, or code.
type Part struct {
	Text    string `json:"text,omitempty"`
	Task    *int   `json:"task,omitempty"`
	Code    string `json:"code,omitempty"`
	Outline bool   `json:"outline,omitempty"` // the task is only spoken of: it is not its step
	Then    bool   `json:"then,omitempty"`    // what follows from what was said before
}

// Picture is what the loop looks like after a step.
type Picture struct {
	Running Running     `json:"running"`
	Ready   []Ready     `json:"ready,omitempty"`
	Waiting []Waiting   `json:"waiting,omitempty"`
	Timers  []TimerSet  `json:"timers,omitempty"` // the earliest first
	Shared  []Thing     `json:"shared,omitempty"`
	Output  int         `json:"output,omitempty"` // so many lines are printed
	Tasks   []TaskState `json:"tasks,omitempty"`  // of those that were created
}

// Running is what runs: the step of a task, a callback, or nobody and why.
type Running struct {
	Task   *int   `json:"task,omitempty"` // -1 for a callback
	Text   string `json:"text,omitempty"`
	Go     int    `json:"go,omitempty"`
	Python int    `json:"python,omitempty"`
	Nobody []Part `json:"nobody,omitempty"`
}

// Ready is an entry of the ready queue.
type Ready struct {
	Entry uint64 `json:"entry"`
	Task  int    `json:"task"` // -1 for a callback
	Text  string `json:"text"`
	Later bool   `json:"later,omitempty"` // it is for the next iteration
}

// Waiting is a task that waits.
type Waiting struct {
	Task     int     `json:"task"`
	Kind     string  `json:"kind"`
	Says     []Part  `json:"says"` // for what
	Children []Child `json:"children,omitempty"`
}

// Child is a task that another one waits for.
type Child struct {
	Task  int    `json:"task"`
	State string `json:"state,omitempty"` // done, failed or canceled
}

// TimerSet is a timer.
type TimerSet struct {
	ID   uint64        `json:"id"`
	When time.Duration `json:"when"`
	Set  time.Duration `json:"set"`  // when it was set
	Task int           `json:"task"` // by whom, -1 for nobody
	Text string        `json:"text"`
}

// Thing is something that tasks share.
type Thing struct {
	Name       string   `json:"name"`
	Kind       string   `json:"kind"`
	Value      int      `json:"value,omitempty"`
	Size       int      `json:"size,omitempty"`
	Set        bool     `json:"set,omitempty"` // of an event
	Items      []string `json:"items,omitempty"`
	Unfinished int      `json:"unfinished,omitempty"`
	Down       bool     `json:"down,omitempty"`
	Holders    []int    `json:"holders,omitempty"`
	Waiters    []Waiter `json:"waiters,omitempty"`
}

// Waiter is a task in a line.
type Waiter struct {
	Task int    `json:"task"`
	Side string `json:"side,omitempty"` // of a queue: room, item, join
}

// TaskState is a task at one moment.
type TaskState struct {
	State  string `json:"state"` // ready, running, waiting, done, failed, canceled
	Go     int    `json:"go,omitempty"`
	Python int    `json:"python,omitempty"`
	Asked  int    `json:"canceling,omitempty"` // how often it was asked to cancel
}

// Options are what is known of a run besides its trace. The zero Options are nothing.
type Options struct {
	// Go is the line of the program at an event, zero for none. Without it, it is that of
	// the event's Detail.
	Go func(event int) int

	// Python is the line of the same program in Python at an event, zero for none.
	Python func(event int) int

	// Error is what the run has failed with, nil for nothing.
	Error error

	// NoPictures leaves the pictures out of the steps. Of a long run they take most of the
	// memory. A time line needs them.
	NoPictures bool

	// Function is what a task is said to run, in place of the name of its Go function.
	Function func(t trace.Task) string
}
