package trace

import (
	"cmp"
	"fmt"
	"strings"
)

// walk is what follows from the events of a trace, event by event, from the first on.
type walk struct {
	t         *Trace
	pushes    map[uint64]int // entry to the Push event
	iteration int            // how many Iterate events there were
	entry     uint64         // what runs, zero if the loop itself does
	ran       bool           // there was a Run, Iterate or Wait
	inCall    bool           // a callback runs
	done      int            // the last Done, -1 for none
	settles   map[int]int    // a Push by a Done to that
}

func (t *Trace) walk() *walk {
	return &walk{t: t, pushes: map[uint64]int{}, settles: map[int]int{}, done: -1}
}

// next takes in the i-th event. They come in order.
func (c *walk) next(i int) {
	switch e := c.t.Events[i]; e.Kind {
	case Iterate, Wait:
		c.ran, c.entry, c.inCall = true, 0, false
		if e.Kind == Iterate {
			c.iteration++
		}
	case Run:
		if e.What != Eager {
			c.ran, c.entry, c.inCall = true, e.Entry, e.What != Step
		}
	case Push:
		c.pushes[e.Entry] = i
		if e.Cause == ByDone && c.done >= 0 {
			c.settles[i] = c.done
		}
	case Done:
		c.done = i
	}
}

// name is the name of a task, on one line.
func (c *walk) name(id uint32) string { return oneLine(c.t.Task(id).Name) }

// text is that of the i-th event, on one line.
func (c *walk) text(i int) string { return oneLine(c.t.details[i].Text) }

// who is whose doing the i-th event is, which was taken in last.
func (c *walk) who(i int) string {
	e := c.t.Events[i]
	switch {
	case e.Kind == Iterate, e.Kind == Wait, e.Kind == Push && e.Cause == ByTimer:
		return "loop"
	case e.Kind == Push && e.Cause == Outside:
		return "outside"
	case e.Task != 0:
		return c.name(e.Task)
	case e.Kind == Push && e.Cause == Before, e.Kind == Spawn && e.What == Existed, !c.ran:
		return "" // nothing runs yet
	case c.inCall:
		return fmt.Sprintf("#%d", c.entry)
	}
	return "loop"
}

// why is what has put the entry of the i-th event, a Push, into the ready queue.
func (c *walk) why(i int) string {
	e := c.t.Events[i]
	switch e.Cause {
	case ByDone:
		if done, ok := c.settles[i]; ok {
			return c.futureOf(done) + " is done"
		}
		return "a future is done"
	case ByTimer:
		return fmt.Sprintf("timer %d is due", e.Arg)
	case Outside:
		return "from another goroutine"
	case Before:
		return "there before the recording"
	}
	return ""
}

// futureOf is the future that the i-th event is about, a Done or a Cancel.
func (c *walk) futureOf(i int) string {
	if id := c.t.Events[i].Object; id != 0 {
		return c.name(uint32(id))
	}
	return cmp.Or(oneLine(c.t.details[i].Of), "a future")
}

// entryOf is what the i-th event, a Push or a Run, is the entry of.
func (c *walk) entryOf(i int) string {
	e := c.t.Events[i]
	task := uint32(e.Object)
	if e.Kind == Run {
		task = e.Task
	}
	if e.What == Step || e.What == Eager {
		return "step of " + c.name(task)
	}
	text := c.text(i)
	if p, ok := c.pushes[e.Entry]; ok && e.Kind == Run {
		text = c.text(p)
	}
	return cmp.Or(function(text), entries[e.What], e.What.String())
}

// function is the name of a function, without the path of its package.
func function(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

var entries = map[What]string{
	Call: "callback", Timed: "callback of a timer", Posted: "posted callback", Internal: "internal callback",
}
