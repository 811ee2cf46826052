package coro_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// A wait that is over has left nothing with the futures that are still pending, however
// it came to its end: neither a callback nor, with that, who waited.
func TestWaitForgets(t *testing.T) {
	for _, test := range []struct {
		name   string
		opts   []coro.WaitOption
		cancel bool
	}{
		{"the time is over", []coro.WaitOption{coro.TimeLimit(time.Second)}, false},
		{"one is done", []coro.WaitOption{coro.ReturnWhen(coro.FirstCompleted)}, false},
		{"one has failed", []coro.WaitOption{coro.ReturnWhen(coro.FirstException)}, false},
		{"it is canceled", nil, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			run(t, func(co *coro.Co) error {
				pending := loop.CreateFuture[coro.None](loop.Of(co))
				failing := coro.CreateTask(co, crashAfter(time.Second, errTest))
				waiting := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
					_, left, err := coro.Wait(co, []future.Any{pending, failing}, test.opts...)
					if err == nil {
						require.Contains(t, left, future.Any(pending))
					}
					return err
				}))
				require.NoError(t, coro.Sleep(co, 500*ms))
				require.Equal(t, 1, callbacks(pending))
				if test.cancel {
					waiting.Cancel()
				}
				_, err := waiting.Await(co)
				require.Equal(t, test.cancel, err != nil)
				require.Zero(t, callbacks(pending))
				_, err = failing.Await(co)
				require.ErrorIs(t, err, errTest)
				return nil
			})
		})
	}
}
