package looptest

import (
	"fmt"

	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/internal/waits"
	"github.com/ouro-loop/ouro/looptest/internal/schedule"
)

// moments tells of each moment in a run at which something could be done to a task: before its
// first step, and of each of its waits as soon as it waits, and when it has been woken and has yet
// to run. A step that does not end the task begins a wait, so waits are counted as steps are.
type moments struct {
	scheduler *sched.Scheduler
	created   uint32         // tasks, so far
	steps     map[uint32]int // that each has taken, by serial
	tell      func(m moment)
}

// A moment is one of a task.
type moment struct {
	task subject
	wait int   // 0 before the first step
	at   int64 // a moment of package schedule
}

// A subject is a task to which something may be done.
type subject interface {
	waiter
	Created() string // the line that has created it, in debug mode
	Inject(err error)
}

func newMoments(s *sched.Scheduler, tell func(m moment)) *moments {
	return &moments{scheduler: s, steps: map[uint32]int{}, tell: tell}
}

// begins is called before each entry.
func (m *moments) begins(e sched.Entry) {
	c, ok := e.(*sched.Coroutine)
	if !ok {
		return
	}
	task := c.Body().(subject)
	if wait := m.steps[task.Serial()]; wait == 0 {
		m.tell(moment{task, 0, schedule.First})
	} else {
		m.tell(moment{task, wait, schedule.Woken})
	}
}

// ended is called after each.
func (m *moments) ended(e sched.Entry) {
	if c, ok := e.(*sched.Coroutine); ok && c.Begun() {
		m.waits(c.Body().(subject))
	}
	if m.scheduler.Created > m.created {
		m.scheduler.All(func(c *sched.Coroutine) {
			if task := c.Body().(subject); task.Serial() > m.created && c.Begun() && m.steps[task.Serial()] == 0 {
				m.waits(task) // it was started eagerly
			}
		})
		m.created = m.scheduler.Created
	}
}

func (m *moments) waits(task subject) {
	m.steps[task.Serial()]++
	m.tell(moment{task, m.steps[task.Serial()], schedule.AtOnce})
}

// allows reports whether something of that kind can happen at m. The time for a wait cannot be over
// before there is one, and what is waited for fails when its outcome comes.
func (m moment) allows(kind schedule.Kind) bool {
	switch kind {
	case schedule.Expire:
		return m.at != schedule.First
	case schedule.Fail:
		return m.at == schedule.Woken && m.mayFail()
	}
	return true
}

// mayFail reports whether the task was woken with a result by something that could have failed.
func (m moment) mayFail() bool {
	f := m.task.Awaited()
	if f == nil || !f.Done() || f.Canceled() || f.Err() != nil {
		return false
	}
	switch role := f.Role().(type) {
	case nil:
		return true // a future of the program's own
	case interface{ Wait() waits.Info }:
		switch role.Wait().Kind {
		case "task", "gather", "shield", "thread", "goroutine", "executor future":
			return true
		}
	}
	return false
}

func (m moment) departure(kind schedule.Kind) schedule.Departure {
	return schedule.Departure{Kind: kind, At: int(m.task.Serial()), N: m.wait, Pick: m.at}
}

// String goes behind what happens: at the 2nd wait of task "a", at a.go:17, as soon as it waits.
func (m moment) String() string {
	name := fmt.Sprintf("task %q", m.task.Task().Name())
	if m.task.Serial() == 1 {
		name = "main"
	}
	if m.at == schedule.First {
		if at := m.task.Created(); at != "" && m.task.Serial() > 1 {
			name += ", created at " + short(at) + ","
		}
		return fmt.Sprintf("of %s before its first step", name)
	}
	text := fmt.Sprintf("at the %s wait of %s", ordinal(m.wait), name)
	if at := m.line(); at != "" {
		text += ", at " + at
	}
	if m.at == schedule.Woken {
		return text + ", woken but not yet run"
	}
	return text + ", as soon as it waits"
}

// line is where the program waits.
func (m moment) line() string {
	stack := m.task.Task().Stack()
	for _, f := range stack {
		if frames.IsUser(f.File) {
			return short(fmt.Sprintf("%s:%d", f.File, f.Line))
		}
	}
	return ""
}

func ordinal(n int) string {
	switch {
	case n%100 >= 11 && n%100 <= 13:
	case n%10 == 1:
		return fmt.Sprintf("%dst", n)
	case n%10 == 2:
		return fmt.Sprintf("%dnd", n)
	case n%10 == 3:
		return fmt.Sprintf("%drd", n)
	}
	return fmt.Sprintf("%dth", n)
}
