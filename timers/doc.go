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
// # Differences from asyncio
//
// asyncio keeps a binary heap that compares deadlines only, so equal deadlines
// come out in an order that nobody chose; here they come out first in, first
// out. asyncio leaves a canceled timer in the heap until it reaches the top or
// until more than half of the heap is canceled; here it leaves at once, and
// [Queue.Next] is always a deadline that somebody waits for.
package timers
