// Package once initialises something when it is first needed, and says too early that it has: who
// comes while that is going on uses what is not ready.
//
// A flag says that something has begun, or that it has ended. Over an await it cannot say both.
package once

import (
	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/locks"
)

// A Once calls Init when it is first asked to.
type Once struct {
	Init func(co *coro.Co) error

	began, done bool
	mu          locks.Lock
}

// Do returns when Init has been called.
func (o *Once) Do(co *coro.Co) error {
	if o.began {
		return nil
	}
	o.began = true
	return o.Init(co)
}

// DoSafe returns when a call of Init has succeeded. After one that has failed, or was canceled, the
// next caller tries again.
func (o *Once) DoSafe(co *coro.Co) error {
	return o.mu.With(co, func() error {
		if o.done {
			return nil
		}
		err := o.Init(co)
		o.done = err == nil
		return err
	})
}
