package loop_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// What a context ended with first is its cause, whoever looks at it, and when.
func TestFirstCauseOfAContextCounts(t *testing.T) {
	errParent := errors.New("the parent's")
	for _, test := range []struct {
		name string
		run  func(co *coro.Co, endParent func()) context.Context
		want error
	}{
		{"canceled before", func(co *coro.Co, _ func()) context.Context {
			co.Task().Cancel()
			return co.Context()
		}, future.ErrCanceled},
		{"canceled, then the parent", func(co *coro.Co, endParent func()) context.Context {
			ctx := co.Context()
			co.Task().Cancel()
			endParent()
			return ctx
		}, future.ErrCanceled},
		{"the parent, then canceled", func(co *coro.Co, endParent func()) context.Context {
			ctx := co.Context()
			endParent()
			co.Task().Cancel()
			return ctx
		}, errParent},
		{"the task has ended", func(co *coro.Co, _ func()) context.Context {
			return co.Context()
		}, context.Canceled},
	} {
		for _, looked := range []bool{false, true} {
			t.Run(test.name, func(t *testing.T) {
				parent, cancel := context.WithCancelCause(context.Background())
				l := loop.New(loop.VirtualTime(true), loop.Context(parent))
				var ctx context.Context
				_, _ = loop.RunUntilComplete(l, coro.Do(func(co *coro.Co) error {
					if looked {
						_ = co.Context().Done()
					}
					ctx = test.run(co, func() { cancel(errParent) })
					return nil
				}))
				cancel(errParent)
				require.ErrorIs(t, context.Cause(ctx), test.want)
				require.ErrorIs(t, ctx.Err(), context.Canceled)
				require.NoError(t, l.Close())
			})
		}
	}
}
