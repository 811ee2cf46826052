package timers_test

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/timers"
)

// alarm waits for a deadline: it embeds its timer, and is itself what runs.
type alarm struct {
	timers.Timer
	text string
}

func (a *alarm) Run() { fmt.Println(a.text) }

func Example() {
	var q timers.Queue
	set := func(text string, when time.Duration) *alarm {
		a := &alarm{text: text}
		a.Timer.Run = a
		q.Add(&a.Timer, when)
		return a
	}
	set("lunch", 4*time.Hour)
	set("tea", 2*time.Hour)
	set("biscuits", 2*time.Hour)
	meeting := set("meeting", time.Hour)

	q.Remove(&meeting.Timer)
	fmt.Println("next after", q.Next().When())

	now := 3 * time.Hour
	for t := q.PopDue(now); t != nil; t = q.PopDue(now) {
		t.Run.Run()
	}
	fmt.Println("still waiting:", q.Len())
	// Output:
	// next after 2h0m0s
	// tea
	// biscuits
	// still waiting: 1
}
