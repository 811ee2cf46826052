package explain

import (
	"slices"
	"time"
)

// A mark is what a task is at one moment of a time line.
type mark byte

const (
	absent  mark = iota // not created yet, or ended before
	ready               // in the ready queue
	runs                //
	prints              // while it runs
	waits               // for something
	sleeps              // so do all: the loop waits
	ended               // has a result
	stopped             // has failed, or was canceled
)

// marks are what they look like, and what that means.
var marks = [...]struct {
	char  rune
	means string
}{
	absent: {' ', ""}, ready: {'░', "ready"}, runs: {'█', "runs"}, prints: {'●', "prints"}, waits: {'─', "waits"},
	sleeps: {'┄', "the loop sleeps"}, ended: {'✓', "ended"}, stopped: {'✗', "failed or canceled"},
}

// A timeline has a lane for each task, and a column for each step that changes one: in
// virtual time most things happen at once, so it is steps that are counted.
type timeline struct {
	story *Story
	lanes []int // the tasks that have one
	cols  []column

	before []TaskState
	closed int // so many tasks were of loops that are closed
}

type column struct {
	marks     []mark // by task; those that are not created yet are missing at the end
	iteration int
	time      time.Duration
}

func (c column) mark(task int) mark {
	if task < len(c.marks) {
		return c.marks[task]
	}
	return absent
}

func (s *Story) timeline() *timeline {
	t := &timeline{story: s}
	for _, step := range s.Steps {
		if step.ByLine {
			continue
		}
		t.add(step)
		t.before = step.Picture.Tasks
		if step.Kind == End {
			t.closed = len(t.before)
		}
	}
	for task := range s.Tasks {
		if slices.ContainsFunc(t.cols, func(c column) bool { return isAlive(c.mark(task)) }) {
			t.lanes = append(t.lanes, task)
		}
	}
	return t
}

// isAlive reports whether the task is there and has not ended. The tasks with which Run cleans
// up never are: they begin and end in one step of the story.
func isAlive(m mark) bool { return m != absent && m != ended && m != stopped }

// add adds a column for a step, if it shows anything.
func (t *timeline) add(step Step) {
	c := column{iteration: step.Iteration, time: step.Time}
	for task, now := range step.Picture.Tasks {
		c.marks = append(c.marks, t.markOf(step, task, now))
	}
	running := step.Picture.Running.Task
	switch {
	case step.Kind == Wait, step.Kind == Run && running != nil && *running >= 0,
		slices.Contains(c.marks, prints), t.isNew(c):
		t.cols = append(t.cols, c)
	}
}

// isNew reports whether c shows something that the last column does not.
func (t *timeline) isNew(c column) bool {
	if len(t.cols) == 0 {
		return slices.ContainsFunc(c.marks, func(m mark) bool { return m != absent })
	}
	last := t.cols[len(t.cols)-1]
	for task, m := range c.marks {
		if m != lasting(last.mark(task)) {
			return true
		}
	}
	return false
}

// lasting is what remains of a mark that is for one moment.
func lasting(m mark) mark {
	switch m {
	case prints:
		return runs
	case sleeps:
		return waits
	case ended, stopped:
		return absent
	}
	return m
}

func (t *timeline) markOf(step Step, task int, now TaskState) mark {
	if task < t.closed {
		return absent
	}
	switch now.State {
	case "ready":
		return ready
	case "running":
		if step.Kind == Print && step.Task == task {
			return prints
		}
		return runs
	case "waiting":
		if step.Kind == Wait {
			return sleeps
		}
		return waits
	}
	switch {
	case task < len(t.before) && hasEndedBy(t.before[task].State):
		return absent
	case now.State == "done":
		return ended
	}
	return stopped
}

func hasEndedBy(state string) bool {
	return state == "done" || state == "failed" || state == "canceled"
}

// used are the marks that the lanes have, in the order of the legend.
func (t *timeline) used() (used []mark) {
	for m := ready; m <= stopped; m++ {
		if slices.ContainsFunc(t.cols, func(c column) bool { return t.shows(c, m) }) {
			used = append(used, m)
		}
	}
	return used
}

func (t *timeline) shows(c column, m mark) bool {
	return slices.ContainsFunc(t.lanes, func(task int) bool { return c.mark(task) == m })
}
