// Package timers is the queue of deadlines by which an event loop decides how
// long it may sleep and what has become due.
//
// A [Timer] is embedded in whatever waits for a deadline, so that waiting
// costs no allocation of its own. A [Queue] holds timers ordered by deadline,
// and equal deadlines in the order in which they were added:
//
//	type sleeper struct {
//		timers.Timer
//		// ...
//	}
//
//	q.Add(&s.Timer, now+delay)
//	for t := q.PopDue(now); t != nil; t = q.PopDue(now) {
//		ready = append(ready, t.Run)
//	}
//
// Deadlines are loop time: durations since an epoch that belongs to the loop.
// The package reads no clock, which is what lets a loop run on virtual time.
//
// # How it is kept
//
// Most timers are timeouts, and most timeouts are removed long before they are due.
// The exact order matters only for timers that are left when their time comes. So
// time is cut into slots of a few milliseconds. A B-tree keeps the slots in order;
// within a slot, timers lie in no order until its turn comes:
//
//	       first    the earliest timer of all
//	         │
//	   ┌─────┴─────┐
//	 exact       slots    by number, in a B-tree
//	a B-tree     │ │ │
//	of timers    ▒ ▒ ▒    a slice each, sorted when its turn comes
//
// Adding a timer appends it to a slice, and removing it moves the last timer of the
// slice into its place: a fraction of the time that one B-tree of all timers takes.
// Popping and re-adding one is as cheap, sorting included. Exact is for the timers that
// slots are no good for: those that are added after their slot was sorted, and those
// that would be nearly alone in a slot, as timers hours apart are.
//
// # Differences from asyncio
//
// asyncio keeps a binary heap that compares deadlines only, so equal deadlines
// come out in an arbitrary order; here they come out first in, first out. asyncio
// leaves a canceled timer in the heap until it reaches the top or until more than
// half of the heap is canceled; here it leaves at once, and [Queue.Next] is never a
// canceled one.
package timers
