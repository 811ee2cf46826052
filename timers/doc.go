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
// Most timers are timeouts, and most timeouts are taken back long before they are
// due. That their order is exact matters only to those that are left when their
// time comes. So time is cut into slots of a few milliseconds. A B-tree keeps the
// slots in order; within a slot, timers lie in no order until it is its turn:
//
//	       first    the earliest timer of all
//	         │
//	   ┌─────┴─────┐
//	 exact       slots    by number, in a B-tree
//	a B-tree     │ │ │
//	of timers    ▒ ▒ ▒    a slice each, sorted when its turn comes
//
// To add a timer is then to append it to a slice, and to remove it is to fill its
// place with the last one of that slice, which takes a fraction of the time that it
// takes with all timers in one B-tree; so does to pop one and to add it again, sorting
// included. Exact is left for the timers that slots are no good for: those
// that come when their slot has been sorted, and those that would be about alone in
// it, as timers hours apart are.
//
// # Differences from asyncio
//
// asyncio keeps a binary heap that compares deadlines only, so equal deadlines
// come out in an order that nobody chose; here they come out first in, first
// out. asyncio leaves a canceled timer in the heap until it reaches the top or
// until more than half of the heap is canceled; here it leaves at once, and
// [Queue.Next] is always a deadline that somebody waits for.
package timers
