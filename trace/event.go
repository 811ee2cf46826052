package trace

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/internal/events"
)

// Event is one thing that has happened on a loop. Which fields mean something depends on
// the kind.
//
// Tasks are named by a number, the loop's n-th task being n; zero is none. Entries of the
// ready queue are numbered in the order in which they were put into it, which is the order in
// which they run, unless a test has chosen another one. So the Run of an entry was caused by the Push with the same Entry, and
// what happens between a Run and the next one was done by that entry.
type Event struct {
	Kind   Kind          `json:"kind"`
	What   What          `json:"what,omitzero"`
	Cause  Cause         `json:"cause,omitzero"`  // of a Push
	Task   uint32        `json:"task,omitzero"`   // that ran when it happened
	Entry  uint64        `json:"entry,omitzero"`  // of Push and Run
	Object uint64        `json:"object,omitzero"` // see the kinds
	Arg    int64         `json:"arg,omitzero"`    // see the kinds
	Time   time.Duration `json:"time"`            // of the loop's clock, when it was last read
}

// Kind is what has happened.
type Kind uint8

// The kinds, with what Object and Arg are.
const (
	Iterate = Kind(events.Iterate) // an iteration begins to run what is ready: Arg entries
	Wait    = Kind(events.Wait)    // nothing is ready before Arg, in the loop's time
	Push    = Kind(events.Push)    // an entry was put into the ready queue: a step of the task Object; Arg is the timer, if Cause is that
	Run     = Kind(events.Run)     // an entry was taken and runs, until the next Run, Iterate or Wait
	Spawn   = Kind(events.Spawn)   // the task Object was created, the Arg-th without a name if Arg is not zero
	Await   = Kind(events.Await)   // Task is about to wait, for the end of the task Object if What is OnTask
	Done    = Kind(events.Done)    // the future of the task Object has its outcome, or another one's; Arg is the first task that waits for it
	Cancel  = Kind(events.Cancel)  // the task Object was asked to cancel, or a future; Arg is how far along the way of the request
	Timer   = Kind(events.Timer)   // the timer Object was set for Arg, in the loop's time
	Untimer = Kind(events.Untimer) // the timer Object was taken back
	Hold    = Kind(events.Hold)    // the thing Object, which tasks share, has changed; only where all is recorded
	Note    = Kind(events.Note)    // a text
)

// What says more about an event.
type What uint8

// What there is of each kind.
const (
	// Of Push and Run: the entry.
	Step     = What(events.Step)     // of a task
	Call     = What(events.Call)     // a callback of CallSoon
	Timed    = What(events.Timed)    // a callback of CallLater or CallAt
	Posted   = What(events.Posted)   // what another goroutine has posted
	Internal = What(events.Internal) // the module's own: the alarm of a sleep, what a gather hears
	Eager    = What(events.Eager)    // of Run: the first step of a task inside of its creator's, which is no entry

	// Of Await.
	Yield  = What(events.Yield)  // a Sleep of zero
	Sleep  = What(events.Sleep)  // another Sleep
	OnTask = What(events.OnTask) // the end of a task
	Future = What(events.Future) // a plain future
	Shared = What(events.Shared) // anything else: a place in the line for a lock, a gather

	// Of Done.
	Result   = What(events.Result)
	Failed   = What(events.Failed)
	Canceled = What(events.Canceled)

	// Of Spawn.
	Existed = What(events.Existed) // it was there when the recording began

	// Of Cancel.
	Asked  = What(events.Asked)  // by a call of Cancel
	Passed = What(events.Passed) // by a future that waits for this one

	// Of Note.
	Text    = What(events.Text)    // of [Recorder.Note]
	Print   = What(events.Print)   // what the program has printed
	Report  = What(events.Report)  // what the exception handler was told
	Renamed = What(events.Renamed) // the new name of the task Object
	Cleanup = What(events.Cleanup) // Run has the result of its main task, and brings the rest to its end
	Closed  = What(events.Closed)  // the loop was closed
	AtLine  = What(events.Line)    // the line Arg is about to run, where a program was made to tell
)

// Cause is where a Push comes from.
type Cause uint8

// The causes.
const (
	ByCode  = Cause(events.ByCode)  // what runs has called for it
	ByDone  = Cause(events.ByDone)  // a future is done, see the Done before it
	ByTimer = Cause(events.ByTimer) // a timer is due
	Outside = Cause(events.Outside) // it comes from another goroutine, or a descriptor
	Before  = Cause(events.Before)  // it was there when the recording began
)

var kinds = [...]string{
	Iterate: "iterate", Wait: "wait", Push: "push", Run: "run", Spawn: "spawn", Await: "await",
	Done: "done", Cancel: "cancel", Timer: "timer", Untimer: "untimer", Hold: "hold", Note: "note",
}

var whats = [...]string{
	Step: "step", Call: "call", Timed: "timed", Posted: "posted", Internal: "internal", Eager: "eager",
	Yield: "yield", Sleep: "sleep", OnTask: "task", Future: "future", Shared: "shared",
	Result: "result", Failed: "failed", Canceled: "canceled", Existed: "existed", Asked: "asked", Passed: "passed",
	Text: "text", Print: "print", Report: "report", Renamed: "renamed", Cleanup: "cleanup", Closed: "closed", AtLine: "line",
}

var causes = [...]string{ByCode: "code", ByDone: "done", ByTimer: "timer", Outside: "outside", Before: "before"}

// String is the name, in small letters.
func (k Kind) String() string { return name(kinds[:], int(k)) }

// String is the name, in small letters, "" for none.
func (w What) String() string { return name(whats[:], int(w)) }

// String is the name, in small letters.
func (c Cause) String() string { return name(causes[:], int(c)) }

// MarshalText is String.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// MarshalText is String.
func (w What) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// MarshalText is String.
func (c Cause) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what MarshalText has written.
func (k *Kind) UnmarshalText(text []byte) error { return find(k, kinds[:], "kind", text) }

// UnmarshalText reads what MarshalText has written.
func (w *What) UnmarshalText(text []byte) error { return find(w, whats[:], "what", text) }

// UnmarshalText reads what MarshalText has written.
func (c *Cause) UnmarshalText(text []byte) error { return find(c, causes[:], "cause", text) }

func name(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("unknown %d", i)
}

func find[T ~uint8](into *T, names []string, kind string, text []byte) error {
	for i, n := range names {
		if n == string(text) {
			*into = T(i)
			return nil
		}
	}
	return fmt.Errorf("unknown %s %q", kind, text)
}
