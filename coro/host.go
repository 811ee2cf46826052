package coro

// host runs what is ready from the suspended function, and reports whether that came
// to its own step. If not, the function has to yield.
//
// Switching back to the loop only to have it switch to the next task costs two
// switches more than going there at once; and to come back from a callback, two more
// than to call it. So as long as the loop would do nothing but run entries, and they
// are few, a task that suspends runs them itself, up to its own step. Timers and
// everything else are left to the loop. There is one host at a time; the tasks that it
// runs yield to it.
func (co *Co) host() bool {
	s := co.sched
	if s.host != nil || len(s.creators) > 0 {
		return false
	}
	s.host = co
	for {
		entry := s.loop.Peek()
		if entry == nil {
			s.host = nil
			return false
		}
		s.loop.Pop()
		switch next, ok := entry.(*step); {
		case !ok:
			s.current = nil
			s.loop.RunHosted(entry)
		case next == (*step)(co):
			s.host = nil
			co.waiter = nil
			s.current = co
			return true
		default:
			next.Run()
		}
	}
}

// LoseHost says that a callback which the host ran has called runtime.Goexit. That
// ends the loop, and takes the host's suspended function along on its way there.
func (s *Scheduler) LoseHost() { s.torn = true }

// askHost has the host run question on its stack. A callback is on top of it. The task
// that runs is one switch away: it yields, and is resumed at once. One that was just
// started eagerly is further away; the question is not answered then.
func (s *Scheduler) askHost(question func()) {
	switch {
	case len(s.creators) > 0:
	case s.current == nil:
		question()
	default:
		s.question = question
		s.current.yield(struct{}{})
	}
}
