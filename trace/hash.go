package trace

import "github.com/ouro-loop/ouro/internal/events"

// Hash is a number for the order in which things have happened: what was put into the ready
// queue and run, by which task and when, which tasks were created, waited, ended and were
// canceled, which timers were set. Two runs with the same Hash have done the same, for all
// practical purposes. It does not depend on names, texts and lines, on Wait, Hold and Note
// events, nor on what has recorded it: a recorder of the last events, as long as Lost is
// zero, has the Hash of one of all events; a loop driven step by step, in debug mode, and with
// any GOMAXPROCS, has that of one that runs.
//
// It is good for a test that a program is deterministic, and for seeing that a change of it,
// as a refactoring, has not changed what it does. The loop needs [loop.VirtualTime] for it, as
// a real clock never shows the same times twice, and nothing from other goroutines whose order
// is a matter of luck. It is not good for being stored for years: another version of this
// module, or of the program, may take other steps to the same end. It is no cryptographic
// hash, and of a trace with Lost events it is about those that are kept.
//
// [loop.VirtualTime]: https://pkg.go.dev/github.com/ouro-loop/ouro/loop#VirtualTime
func (t *Trace) Hash() uint64 {
	h := uint64(0)
	for _, e := range t.Events {
		switch e.Kind {
		case Wait, Hold, Note:
			continue
		}
		h = events.Mix(h, uint64(e.Kind)|uint64(e.What)<<8|uint64(e.Cause)<<16|uint64(e.Task)<<32)
		h = events.Mix(h, e.Entry)
		h = events.Mix(h, e.Object)
		h = events.Mix(h, uint64(e.Arg))
		h = events.Mix(h, uint64(e.Time))
	}
	return h
}
