package coro

import "github.com/ouro-loop/ouro/internal/sched"

// Workers are coroutine workers that loops share: goroutines, whose stacks have grown, that wait for the next task. Without
// them every loop makes its own, and ends them when it is closed, which is much of what a loop costs that runs a few tasks.
// They are for programs and tests that make loops by the thousand; loop.Workers has a loop borrow from them.
//
// A loop borrows while it runs, and gives back what is idle between two runs and when it is closed; so a loop that
// only waits to be stepped keeps a worker for each suspended task, and none beside. Loops may borrow side by side, and Workers
// are safe for concurrent use. What a coroutine leaves on its goroutine, as profiler labels, is there for one of another loop.
//
// Not to be shared, a loop has workers of its own inside a testing/synctest bubble, and where it runs on a goroutine that is locked
// to its OS thread.
type Workers sched.Workers

// NewWorkers makes Workers that keep up to most idle ones, of 2 kB or more each. Whoever makes them has to Close them.
func NewWorkers(most int) *Workers {
	w := new(sched.Workers)
	w.Init(max(most, 0))
	return (*Workers)(w)
}

// Close ends the workers that are idle, and from then on each that a loop gives back. Loops that borrow go on as if they had not been
// given any. Closing again does nothing.
func (w *Workers) Close() {
	if w == nil {
		panic("coro: Close of nil Workers; NewWorkers makes them")
	}
	(*sched.Workers)(w).Close()
}
