package coro

import (
	"context"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/chain"
)

// asCanceled is err as a cancellation, if it is one of the task. It may have come by way of the
// task's context: code that was given that returns a context.Canceled, and knows no other word for it.
func (co *Co) asCanceled(err error) (_ error, canceled bool) {
	switch {
	case err == nil:
		return nil, false
	case future.IsCanceled(err):
		return err, true
	case co.extra == nil || !co.extra.contextCanceled || !chain.Has(err, isContextCanceled):
		return err, false
	}
	return &future.CanceledError{Cause: err}, true
}

func isContextCanceled(err error) bool { return err == context.Canceled }
