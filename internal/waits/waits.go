// Package waits is what reports are told about a wait, as data, where the future that is
// waited for is one of this module's own kinds.
package waits

import (
	"fmt"
	"strconv"
	"time"
)

// Info is what is told about a wait. Making one is cheap, as a loop stands still meanwhile.
type Info struct {
	Kind  string        // the same for all waits of the kind: "lock", "queue get"
	Name  string        // of the primitive or task, "" if it has none
	Text  string        // in a few words; "" where kind and name say it
	Until time.Duration // the loop's time at which the wait ends by itself, zero for never
	Line  any           // the *coro.Waiters in which the task stands, nil for none

	Awaits bool // it waits for the end of those who hold it, as a task group does
	Asks   bool // the text is what Describe says, which calls what may be the program's
}

// Teller is a role of a future that tells it. Nobody but this module can implement it, so
// that its method is known neither to panic nor to block.
type Teller interface{ Wait() Info }

// Sleeper is a role of those of which there are most.
type Sleeper interface {
	Teller
	SleepsUntil() time.Duration // the loop's time, zero for ever
}

// Sleep is what is told of a sleep until when, zero for ever.
func Sleep(when time.Duration) Info {
	if when == 0 {
		return Info{Kind: "sleep", Text: "sleep without end"}
	}
	return Info{Kind: "sleep", Text: "sleep until " + when.String(), Until: when}
}

// String is the text.
func (i Info) String() string {
	switch {
	case i.Text != "":
		return i.Text
	case i.Name != "":
		return i.Kind + " " + strconv.Quote(i.Name)
	}
	return i.Kind
}

// Described is what something that is waited for describes itself as. A Describe that panics
// must not hide the rest of a report.
func Described(r interface{ Describe() string }) (text string) {
	defer func() {
		if v := recover(); v != nil {
			text = fmt.Sprintf("a %T, whose Describe panics: %v", r, v)
		}
	}()
	return r.Describe()
}
