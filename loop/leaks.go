package loop

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// ReportLeaks has Close return a *LeakError if the loop leaves something behind, and so
// [Run], [Runner.Close] and [RunGuest]: the tasks that have not ended, the timers that are
// still set, and the other kinds of [LeakKind]. It is for tests, and off if it is not given.
//
// What counts is what the program leaves, not what the cleanup of Run makes of it:
//
//   - A task is a leak if it has not ended when main has, before the cleanup cancels it.
//     One that has been asked to cancel is on its way, and none.
//   - A generator is one if the cleanup has to close it, when all tasks have ended.
//   - All else counts if it is there at Close: the cleanup gives the tasks the time to
//     put away what is theirs. So does a task that the cleanup has not ended.
//
// If a run was broken off, by a deadlock, a Stop or a second interrupt, main has not come to
// its end, and what it would have awaited is not known. Then only what outlives the cleanup
// is a leak. Without Run, what is there at Close is: a loop that was made with New has no
// other end.
//
// Tasks with [coro.Quiet] are never leaks, nor is what is set below a [coro.QuietTree]. What
// belongs to a task that has not ended goes with it, and is none for itself: what it holds,
// the work that it waits for, the generator that it has begun.
//
// What is a leak is not told to the exception handler as well. So an error that nobody looks
// at waits for Close, whatever the garbage collector does, and an abandoned generator is
// not closed before the end: a test does not depend on the collector. If a runtime.Goexit
// closes the loop, as of testing.T.FailNow, nobody is given an error, and the exception
// handler is told of tasks and errors, as without this option.
//
// In debug mode leaks have the lines that created or scheduled them.
//
// Semantics: none of asyncio's; it warns of some of this when the objects are garbage.
func ReportLeaks(on bool) Option { return func(o *options) { o.leaks = on } }

// LeakKind is what kind of thing a loop has left behind.
type LeakKind uint8

const (
	// LeakedTask: it has not ended.
	LeakedTask LeakKind = iota + 1

	// LeakedError: nobody has looked at it.
	LeakedError

	// LeakedLock: a task has ended that still holds it. It may be a semaphore too, whose
	// holders are known, or any other [coro.HeldBy] that [coro.Co.NoteHeld] was told of.
	LeakedLock

	// LeakedTimer: a CallLater or CallAt that is not due and was not canceled.
	LeakedTimer

	// LeakedGenerator: it has begun, and was not closed.
	LeakedGenerator

	// LeakedWork: a function of an executor or goroutine, or another executor's future,
	// that is not done and was not given up, or a Hold that was not released.
	LeakedWork

	// LeakedCallback: a function that was scheduled or submitted, and never ran.
	LeakedCallback

	// LeakedConnection: a connection or a listener that was not closed.
	LeakedConnection
)

// leakKinds has the name of each kind, and of many.
var leakKinds = [...][2]string{
	LeakedTask:      {"task", "tasks"},
	LeakedError:     {"error", "errors"},
	LeakedLock:      {"lock", "locks"},
	LeakedTimer:     {"timer", "timers"},
	LeakedGenerator: {"generator", "generators"},
	LeakedWork:      {"work", "pieces of work"},
	LeakedCallback:  {"callback", "callbacks"},

	LeakedConnection: {"connection", "connections"},
}

// String is one word, such as "task".
func (k LeakKind) String() string {
	if k == 0 || int(k) >= len(leakKinds) {
		return "invalid"
	}
	return leakKinds[k][0]
}

// Leak is one thing that a loop has left behind.
type Leak struct {
	Kind LeakKind

	// Name is that of the task, also of the one that an error is of; of the lock, if it was
	// given one; of the function of a timer, a generator or a callback; or what kind of work
	// it is: thread, goroutine, channel, future or hold.
	Name string

	Text string // one line that says what it is, as in the report; long ones are cut
	Err  error  // of a LeakedError

	// Site is a line of the program, file:line, "" if it is not known: where a task waits,
	// known of the first thousand; what has sent work out; in debug mode, what has set a
	// timer, begun a generator, or scheduled a callback.
	Site string

	Created string // the line that created the task, in debug mode
}

// String is the text.
func (l Leak) String() string { return l.Text }

// LeakError is what Close ends with if the loop has left something behind, and
// [ReportLeaks] has asked for that.
//
// Its text is bounded: it names ten of each kind, and how many more there are.
type LeakError struct {
	Leaks []Leak // by kind, each in order of creation as far as that is known, timers in order of their time
}

const (
	maxLeaks    = 10  // of a kind, in the text
	maxLeakText = 200 // bytes of what a program calls something
)

func (e *LeakError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "loop: closed with %d leak%s", len(e.Leaks), map[bool]string{false: "s"}[len(e.Leaks) == 1])
	for kind := range LeakKind(len(leakKinds)) {
		n := 0
		for _, leak := range e.Leaks {
			if leak.Kind != kind {
				continue
			}
			if n++; n <= maxLeaks {
				b.WriteString("\n  " + leak.Text)
			}
		}
		switch more := n - maxLeaks; {
		case more == 1:
			fmt.Fprintf(&b, "\n  and 1 more %s", leakKinds[kind][0])
		case more > 1:
			fmt.Fprintf(&b, "\n  and %d more %s", more, leakKinds[kind][1])
		}
	}
	return b.String()
}

// Leaks are those of every [LeakError] that err is or wraps, nil if there are none: what a
// test looks at.
func Leaks(err error) (leaks []Leak) {
	for err := range allWrapped(err) {
		if e, ok := err.(*LeakError); ok && e != nil {
			leaks = append(leaks, e.Leaks...)
		}
	}
	return leaks
}

// sortByKind keeps the order within each kind.
func sortByKind(leaks []Leak) {
	slices.SortStableFunc(leaks, func(a, b Leak) int { return int(a.Kind) - int(b.Kind) })
}

// at is a line as the text of a leak shows it, its file without the directory, or a function
// in place of one.
func at(site string) string {
	if site == "" {
		return ""
	}
	return fmt.Sprintf(" (%s)", brief(path.Base(site)))
}

// brief is a text of the program's as part of a line.
func brief(s string) string {
	cut := len(s) > maxLeakText
	if cut {
		s = strings.ToValidUTF8(s[:maxLeakText], "") // a rune may be cut in two
	}
	s = strings.Join(strings.Fields(s), " ")
	if cut {
		s += "..."
	}
	return s
}

// called is a name as a report has it: task "a".
func called(kind, name string) string { return fmt.Sprintf("%s %q", kind, brief(name)) }

// errorText is what err says. One whose Error panics must not hide the rest of a report.
func errorText(err error) string { return brief(fmt.Sprint(err)) }

// timeLeft is how long d is, as people say it.
func timeLeft(d time.Duration) string {
	switch {
	case d <= 0:
		return "that is due"
	case d < time.Millisecond:
		return "in " + d.String()
	case d < time.Minute:
		return fmt.Sprintf("in %v s", d.Round(time.Millisecond).Seconds())
	}
	return "in " + d.Round(time.Second).String()
}
