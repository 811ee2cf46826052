package sched

// Three take an entry from the ready queue and run it:
//
//  1. the loop's goroutine, in step 5 of an iteration: RunReady;
//  2. a coroutine that suspends, the host: Coroutine.Host;
//  3. a worker whose function has returned: worker.takeOver.
//
// The first is enough. The other two save switches: to go back to the loop's goroutine
// only to have it switch to the next coroutine costs two switches more than to go there
// at once, and to come back from a callback two more than to call it. Without a host a
// coroutine that yields alone takes 4.6 times as long, the await of a future 1.7 times.
//
// They may take an entry only if the loop would do nothing else before it, which mayTake
// finds out. So the order of entries is the same whoever takes them.

// mayTake reports whether there is an entry whose turn it is, and somebody who is not the
// loop's goroutine may take it.
func (s *Scheduler) mayTake() bool { return !s.alone && (s.left > 0 || s.beginHosted()) }

// beginHosted begins the next iteration without the loop's goroutine, if the first four
// of its steps have nothing to do and the entries are few. It reports whether it did.
func (s *Scheduler) beginHosted() bool {
	n := s.ready.n
	if n == 0 || n > s.maxHosted || !s.loop.OnlyReady() {
		return false
	}
	if s.ready.long() {
		s.trim()
	}
	s.left, s.crowded, s.begins = n, false, true
	return true
}

// trim gives back what a burst needed, some iterations after it.
//
//go:noinline
func (s *Scheduler) trim() {
	if s.ready.trim() {
		s.live.trim()
		s.loop.Calm()
	}
}

// take takes the entry whose turn it is. Every entry that runs comes from here, and who
// takes it has it observed, if somebody does.
func (s *Scheduler) take() Entry {
	s.left--
	return s.ready.pop()
}

// untake puts the entry that was taken last back into its place, if that is nil.
func (s *Scheduler) untake() {
	s.left++
	s.ready.unpop()
}

// RunReady is step 5 of an iteration. It runs as many entries as are ready when it is
// called; what they put into the queue is for the next iteration.
func (s *Scheduler) RunReady() {
	s.left = s.ready.n
	s.crowded, s.begins = s.left > s.maxHosted, true
	s.RunRest()
}

// RunRest runs the entries that are left of an iteration. Halt leaves the rest for the
// next one.
//
//go:noinline
func (s *Scheduler) RunRest() {
	if s.ready.long() { // here, so that RunReady is inlined
		s.trim()
	}
	if s.pool.long() {
		s.pool.trim()
	}
	for s.left > 0 && !s.halted {
		e := s.take()
		if e == nil {
			panic(ErrWrongGoroutine) // others have pushed without being the loop's goroutine
		}
		s.running = e
		if s.crowded {
			s.lookAhead()
		}
		if s.observed {
			s.runObserved(e)
		} else {
			e.Run()
		}
	}
	s.running = nil
}

// runObserved runs an entry where somebody looks at each.
func (s *Scheduler) runObserved(e Entry) {
	if s.hostile {
		e = s.instead(e)
	}
	s.observe(e)
	if s.around != nil {
		s.around(e)
	} else {
		e.Run()
	}
	if s.ender != nil {
		s.ender(e)
	}
}

// Host runs what is ready on the stack of c, which is about to suspend, and reports
// whether the turn came to c itself: it need not suspend then. If not, the caller has
// to call Yield.
//
// There is one host at a time. The coroutines that it runs yield to it. Where many
// entries are ready the loop's goroutine is as good, and it is not worth the asking.
func (c *Coroutine) Host() bool { return !c.s.crowded && c.host() }

func (c *Coroutine) host() bool {
	s := c.s
	if s.host != nil || len(s.creators) > 0 {
		return false
	}
	s.host = c
	for s.mayTake() {
		e := s.take()
		if s.observed {
			s.observe(e)
		}
		other, ok := e.(*Coroutine)
		switch {
		case other == c:
			s.host = nil
			s.current = c
			return true
		case ok:
			other.Run()
		case e == nil: // it is for the loop's goroutine to tell of that
			s.untake()
			s.host = nil
			return false
		default:
			s.current = nil
			s.runHosted(e)
		}
	}
	s.host = nil
	return false
}

// runHosted runs an entry that is no coroutine on the host's stack. A panic in it is
// reported as on the loop's goroutine, and does not reach the host's function. A Goexit,
// of the entry or of what was told of its panic, ends the loop, and takes the host's
// function along on its way there.
func (s *Scheduler) runHosted(e Entry) {
	if anySet.Load() {
		s.RegisterCaller()
	}
	before, lost := s.running, true
	s.running = e
	defer func() {
		if lost {
			s.hostedLost(recover())
		}
		s.running = before
	}()
	e.Run()
	lost = false
}

// hostedLost is the end of an entry that has panicked with v, or called Goexit.
func (s *Scheduler) hostedLost(v any) {
	s.torn = true
	if v != nil {
		s.loop.Panicked(v)
		s.callbackVars = nil
		s.torn = false
	}
}

// takeOver takes the coroutine that comes next, if it has not begun: it then begins on
// this worker's stack. So a function that ends without having suspended, as most of a
// great many do, and the next one cost no switch in between.
func (w *worker) takeOver() bool {
	s := w.sched
	if len(s.creators) > 0 || !s.mayTake() { // a creator goes on, rather than another coroutine
		return false
	}
	c, ok := s.ready.first().(*Coroutine)
	if !ok || c.worker != nil {
		return false
	}
	s.take()
	if s.observed {
		s.observe(c)
	}
	w.take(c)
	s.current = c
	s.show(c)
	return true
}
