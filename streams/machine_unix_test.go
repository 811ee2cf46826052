//go:build unix

package streams_test

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/streams"
)

type closable struct{ closed atomic.Bool }

func (c *closable) Close() error {
	c.closed.Store(true)
	return nil
}

// What a goroutine has made for a task that was canceled is closed, whichever came first.
func TestWhatNobodyWaitsForIsClosed(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		for i := range 200 {
			made, making := new(closable), make(chan struct{})
			task := coro.CreateTask(co, func(co *coro.Co) (*closable, error) {
				return streams.Obtain(co, func(context.Context) (*closable, error) {
					close(making)
					return made, nil
				})
			})
			require.NoError(t, coro.Sleep(co, 0))
			<-making
			for range i {
				runtime.Gosched()
			}
			task.Cancel()
			got, err := task.Await(co)
			if err == nil {
				require.NoError(t, got.Close())
			} else {
				require.True(t, future.IsCanceled(err))
			}
			require.NoError(t, coro.Sleep(co, time.Second)) // for which a virtual clock waits for goroutines
			require.True(t, made.closed.Load(), "after %d", i)
		}
	})
}
