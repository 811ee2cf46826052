package coro

import (
	"time"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/waits"
)

// WaitFor awaits aw, a plain function f as Bind0(f), for at most d, in the task of the
// caller. When the time is over it cancels what it awaits, waits for its end, and returns a
// *future.TimeoutError, unless the awaitable ignored the cancellation and has a result. To
// keep a future from being canceled, shield it.
//
// With d of zero or less the awaitable, if it is not done, is canceled before it
// could begin. Forever is no limit.
//
// Semantics: asyncio.wait_for, CPython 3.15.
func WaitFor[T any](co *Co, aw Awaitable[T], d time.Duration) (T, error) {
	co.mustBeGiven()
	co.mustRun()
	mustBeAwaitable(aw)
	var v T
	if d > 0 {
		err := Timeout(co, d, func(*TimeoutScope) (err error) {
			v, err = aw.Await(co)
			return err
		})
		return v, err
	}
	if f, ok := aw.(future.Of[T]); ok {
		if err := checkLoop(co, f); err != nil {
			return v, err
		}
	}
	f := ensureFuture(co, aw, taskOptions{})
	if f.Done() {
		return f.Result()
	}
	waited := waitsFor(f.Core())
	if err := cancelAndWait(co, f.Core()); err != nil {
		return v, err
	}
	v, err := f.Result()
	if future.IsCanceled(err) {
		err = &future.TimeoutError{Cause: err, WaitingFor: waited}
	}
	return v, err
}

// cancelAndWait cancels c and waits for its end, with a future of its own: waiting
// for c itself would pass a cancellation of the caller on to it.
func cancelAndWait(co *Co, c *future.Core) error {
	r := &releaser{of: c}
	r.ended.Init(co, r)
	c.Attach(r.link.Init(r))
	c.Cancel(nil)
	err := co.Suspend(&r.ended)
	r.link.Detach()
	return err
}

// A releaser is done when another future is.
type releaser struct {
	ended future.Core
	link  future.Link
	of    *future.Core
}

func (r *releaser) Run() { r.ended.Finish() }

func (r *releaser) Describe() string { return "the end of what timed out" }

func (r *releaser) Wait() waits.Info { return waits.Info{Kind: "wait for", Text: r.Describe()} }

func (r *releaser) Behind(i int) (*future.Core, bool) { return r.of, i == 0 }
