package sched

// SetHostile has a Chooser, which must be there, say which entry of an iteration is taken next. The
// ready queue is first in, first out, and nothing else is asyncio: this is for tests that look for
// what relies on that. The loop's goroutine then takes every entry itself.
func (s *Scheduler) SetHostile(hostile bool) {
	s.hostile = hostile
	s.setAlone()
}

// instead is what is taken of an iteration in place of e, whose turn it is.
func (s *Scheduler) instead(e Entry) Entry {
	i := s.Choose(Choice{Kind: OutOfTurn, N: s.left + 1})
	if i == 0 {
		return e
	}
	e = s.ready.exchange(i-1, e)
	s.running = e
	if s.Events != nil {
		s.Events.OutOfTurn(i)
	}
	return e
}

// exchange takes the i-th entry, and puts e before all others.
func (q *ready) exchange(i int, e Entry) Entry {
	for k := range i + 1 {
		at := &q.ring[(q.head+k)&(len(q.ring)-1)]
		e, *at = *at, e
	}
	return e
}
