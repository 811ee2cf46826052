package explain

import (
	"strings"

	"github.com/ouro-loop/ouro/trace"
)

// A waitKind is what a task waits for.
type waitKind string

// The kinds of waits.
const (
	forYield     waitKind = "yield"
	forSleep     waitKind = "sleep"
	forTask      waitKind = "task"
	forFuture    waitKind = "future"
	forGather    waitKind = "gather"
	forWait      waitKind = "wait"
	forCompleted waitKind = "as_completed"
	forGroup     waitKind = "group"
	forShield    waitKind = "shield"
	forItem      waitKind = "item"
	forRoom      waitKind = "room"
	forJoin      waitKind = "join"
	forLock      waitKind = "lock"
	forSemaphore waitKind = "semaphore"
	forEvent     waitKind = "event"
	forCondition waitKind = "condition"
	forBarrier   waitKind = "barrier"
	forOther     waitKind = "other"
)

// described are the words that roles describe themselves with.
var described = []struct {
	words string
	kind  waitKind
}{
	{"gather of", forGather},
	{"wait for", forWait},
	{"the next of AsCompleted", forCompleted},
	{"task group", forGroup},
	{"a shield of", forShield},
	{"an item of", forItem},
	{"room in", forRoom},
	{"the end of the work on", forJoin},
	{"lock", forLock},
	{"semaphore", forSemaphore},
	{"event", forEvent},
	{"a notification of", forCondition},
	{"barrier", forBarrier},
}

// kindOf is what the wait that began with e is for.
func kindOf(e trace.Event, d trace.Detail) waitKind {
	switch e.What {
	case trace.Yield:
		return forYield
	case trace.Sleep:
		return forSleep
	case trace.OnTask:
		return forTask
	case trace.Future:
		return forFuture
	}
	return kindOfText(d.Text)
}

// kindOfText is what a role is that describes itself so.
func kindOfText(text string) waitKind {
	for _, w := range described {
		if rest, ok := strings.CutPrefix(text, w.words); ok && (rest == "" || rest[0] == ' ') {
			return w.kind
		}
	}
	return forOther
}

// the is what a role describes itself as, in the middle of a sentence: lock "a", or the
// lock. What it says of itself in brackets is in the picture.
func the(text string) string {
	text, _, _ = strings.Cut(text, " (")
	for _, without := range []string{"lock", "semaphore", "event", "barrier", "condition", "queue"} {
		if text == without {
			return "the " + text
		}
	}
	return text
}

// queueOf is the queue that a role is of which describes itself so.
func queueOf(text string) string {
	for _, w := range described {
		if rest, ok := strings.CutPrefix(text, w.words+" "); ok {
			return the(rest)
		}
	}
	return "the queue"
}
