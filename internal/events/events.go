// Package events is how a loop notes what happens on it: in a ring of small records, or
// all of it with texts and lines. It is written to by internal/sched, future, coro and
// loop; package trace is what programs see of it.
//
// The ready queue is first in, first out, so the n-th entry that is put into it is the n-th
// that is taken, but for OutOfTurn. Two counters number all entries, nothing is stored in them, and the push
// that an entry comes from, which is its cause, is found by its number.
package events

import "time"

// Event is one thing that has happened. It has no pointer, so that a ring of events keeps
// nothing alive and is nothing for the garbage collector to look at. What the fields mean
// for each kind is said in package trace, which has the same type.
type Event struct {
	Kind   Kind
	What   What
	Cause  Cause
	Task   uint32
	Entry  uint64
	Object uint64
	Arg    int64
	Time   time.Duration
}

// Kind is what has happened.
type Kind uint8

const (
	Iterate Kind = iota + 1
	Wait
	Push
	Run
	Spawn
	Await
	Done
	Cancel
	Timer
	Untimer
	Hold
	Note
)

// What says more about an event, depending on its kind.
type What uint8

const (
	None What = iota

	// Of Push and Run: the entry.
	Step     // of a task
	Call     // of CallSoon
	Timed    // of CallLater or CallAt
	Posted   // from another goroutine
	Internal // the module's own: the alarm of a sleep, what a gather hears
	Eager    // of Run: a first step inside of its creator's, which is no entry

	// Of Await.
	Yield  // a Sleep of zero: nothing is waited for
	Sleep  //
	OnTask // the end of another task
	Future // a future without a role
	Shared // one with a role: a place in line, a gather

	// Of Done.
	Result
	Failed
	Canceled

	// Of Spawn.
	Existed // before it was recorded

	// Of Cancel.
	Asked  // by a call
	Passed // along what the task waits for

	// Of Note.
	Text    // the program's own
	Print   // what it has printed
	Report  // to the exception handler
	Renamed // a task
	Cleanup // of a Run begins
	Closed  // the loop
	Line    // of the program, which is Arg, is about to run: where a program was made to tell
)

// Cause is where a Push comes from.
type Cause uint8

const (
	ByCode  Cause = iota // what runs has called for it
	ByDone               // a future is done: the Done event before it
	ByTimer              // a timer is due
	Outside              // another goroutine
	Before               // it was there before it was recorded
)
