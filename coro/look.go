package coro

import (
	"time"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/sched"
)

// What the loop's reports see of a task. They take it on the loop's goroutine, where it is
// to be quick, and make text of it elsewhere.

// Given is the name that the task was given, "" if it has but a number.
func (b *body[T]) Given() string {
	if b.co.extra == nil {
		return ""
	}
	return b.co.extra.name
}

// Number is the number that its name has if it was given none.
func (b *body[T]) Number() int32 { return b.co.number }

// Cancels are the requests to cancel that were not taken back, and whether one was not
// delivered yet.
func (b *body[T]) Cancels() (n int, pending bool) { return int(b.co.cancels), b.co.mustCancel }

// Created is the line that created the task, in debug mode.
func (b *body[T]) Created() string { return b.co.extra.created() }

// Function is the name of what the task runs. It may be called on any goroutine, also when
// the task has ended: what it reads never changes.
func (b *body[T]) Function() string { return b.function().String() }

// InLine appends to serials those of the tasks in a line, a *Waiters, if this task is the
// first of them. So who asks all tasks is told of each line once.
func (b *body[T]) InLine(line any, serials []uint32) []uint32 {
	ws := line.(*Waiters)
	if ws.first == nil || &ws.first.core != b.co.awaited() {
		return serials
	}
	for w := ws.first; w != nil; w = w.next {
		serials = append(serials, w.co.serial)
	}
	return serials
}

// Counters are those of the stacks that the task runs on, see stacks. Frames makes sense
// of them.
func (b *body[T]) Counters() [][]uintptr { return b.co.stacks() }

// Frames are the calls in what Counters has returned, as Stack has them, but for those that
// an iterator of iter.Pull hides. It may be called on any goroutine. What it has found out
// about a counter it notes in known.
func (b *body[T]) Frames(counters [][]uintptr, known map[uintptr]Frame) (out []Frame) {
	for _, pcs := range counters {
		all := make([]Frame, len(pcs))
		for i, pc := range pcs {
			f, ok := known[pc]
			if !ok {
				f = symbolized(pcs[i : i+1])[0]
				known[pc] = f
			}
			all[i] = f
		}
		part, end := userFrames(all)
		out = append(out, part...)
		if end != atGenerator {
			break
		}
	}
	return out
}

// Timeout is the serial of the task that runs the block whose time limit this is, 0 if the
// limit was taken back, and the loop's time when it is reached.
func (d *deadline) Timeout() (task uint32, when time.Duration) {
	if d.scope == nil {
		return 0, 0
	}
	return d.scope.co.serial, d.scope.when
}

// Sleeper is the serial of the task that sleeps, 0 if it does not any more.
func (s *sleeper) Sleeper() (task uint32) {
	s.core.Links(func(l *future.Link) bool {
		task = sched.SerialOf(l.Runnable())
		return false
	})
	return task
}
