// Package trace tells what has happened on a loop, and why.
//
// A [Recorder] notes events: an entry of the ready queue was added or run, a task was
// created, waits, or was canceled, a future is done, a timer was set. What has no recorder
// pays a look at a nil pointer for that; a recorder of the last events costs some
// nanoseconds an event, so that it can always be on; one of all events notes the lines of
// the program as well.
//
//	r := trace.New()
//	_, err := loop.Run(main, loop.Record(r))
//	r.Trace().WriteText(os.Stderr)
//
// The ready queue is first in, first out, so entries have numbers: the n-th that was put into
// it is the n-th that runs. By that every [Run] leads to the [Push] it comes from, that one to
// the Run in which it was made, and so on back to the beginning: this is the answer to "why
// does this run now?".
//
// asyncio has no counterpart.
package trace
