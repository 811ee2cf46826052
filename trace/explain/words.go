package explain

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/trace"
)

// says is a sentence that is being made.
type says struct {
	parts []Part
	then  bool // what comes now follows from what was said before
}

func (s *says) text(format string, args ...any) *says {
	text := format
	if len(args) > 0 {
		text = fmt.Sprintf(format, args...)
	}
	return s.add(Part{Text: text})
}

func (s *says) code(text string) *says { return s.add(Part{Code: text}) }
func (s *says) task(i int) *says       { return s.add(Part{Task: &i}) }
func (s *says) other(i int) *says      { return s.add(Part{Task: &i, Outline: true}) }

// add adds a part. Texts that follow each other become one.
func (s *says) add(p Part) *says {
	p.Then = p.Then || s.then
	if last := len(s.parts) - 1; p.Text != "" && last >= 0 && s.parts[last].Text != "" && s.parts[last].Then == p.Then {
		s.parts[last].Text += p.Text
		return s
	}
	if p.Text != "" || p.Task != nil || p.Code != "" {
		s.parts = append(s.parts, p)
	}
	return s
}

// list says things with commas and an and.
func (s *says) list(n int, each func(i int)) *says {
	for i := range n {
		switch {
		case i == 0:
		case i == n-1:
			s.text(" and ")
		default:
			s.text(", ")
		}
		each(i)
	}
	return s
}

// capital begins the sentence with a capital letter, if it begins with a text.
func capital(parts []Part) []Part {
	if len(parts) > 0 && parts[0].Text != "" {
		parts[0].Text = upper(parts[0].Text)
	}
	return parts
}

func upper(s string) string {
	if s == "" || strings.HasPrefix(s, "as_completed") {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// seconds is d as people say it: 0.25 s.
func seconds(d time.Duration) string {
	return strconv.FormatFloat(float64(d.Round(time.Millisecond))/float64(time.Second), 'f', -1, 64) + " s"
}

// count is a number of things.
func count(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

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
	prefix string
	kind   waitKind
}{
	{"gather of ", forGather},
	{"wait for ", forWait},
	{"the next of AsCompleted", forCompleted},
	{"task group", forGroup},
	{"a shield of ", forShield},
	{"an item of ", forItem},
	{"room in ", forRoom},
	{"the end of the work on ", forJoin},
	{"lock", forLock},
	{"semaphore", forSemaphore},
	{"event", forEvent},
	{"a notification of ", forCondition},
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
		if strings.HasPrefix(text, w.prefix) {
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

// functionName is the last part of a Go function's name: fetch of main.fetch.
func functionName(function string) string {
	_, name, found := strings.Cut(function[strings.LastIndexByte(function, '/')+1:], ".")
	if !found {
		return function
	}
	return strings.TrimSuffix(name, "-fm")
}

// following marks what comes now as what follows from what was said.
func (s *says) following() *says {
	s.then = true
	return s
}

// all adds parts that were made elsewhere.
func (s *says) all(parts []Part) *says {
	for _, p := range parts {
		s.add(p)
	}
	return s
}
