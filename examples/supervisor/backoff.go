package supervisor

import (
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// Backoff is how long to wait before something is tried again: First, and twice as long each time, up
// to Most. What has gone well for Steady begins anew.
//
// Of each wait the second half is left to chance, lest all that has failed together comes back together.
type Backoff struct{ First, Most, Steady time.Duration }

// Again runs f again and again until the task is canceled, and returns the cancellation. In between it
// tells how f has ended, and how long it waits.
func (b Backoff) Again(co *coro.Co, f func(co *coro.Co) error, tell func(ended error, wait time.Duration)) error {
	next := b.First
	for {
		began := co.Time()
		err := f(co)
		if future.IsCanceled(err) {
			return err
		}
		if co.Time()-began >= b.Steady {
			next = b.First
		}
		wait := next/2 + time.Duration(loop.Of(co).Rand().Int64N(int64(next/2)+1))
		tell(err, wait)
		if err := coro.Sleep(co, wait); err != nil {
			return err
		}
		next = min(next, b.Most/2) * 2
	}
}
