package once_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/examples/internal/found"
	"github.com/ouro-loop/ouro/examples/once"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/looptest"
)

// users use what has to be initialised first. One of them has little patience, and so may cancel
// the initialisation.
func users(do func(o *once.Once, co *coro.Co) error) looptest.Main {
	return func(t *looptest.T, co *coro.Co) error {
		ready, times := false, 0
		o := &once.Once{Init: func(co *coro.Co) error {
			if err := t.Delay(co, time.Millisecond, 6*time.Millisecond); err != nil {
				return err
			}
			ready = true
			times++
			return nil
		}}
		use := func(co *coro.Co) error {
			err := do(o, co)
			if err == nil {
				require.True(t, ready, "used before it is ready")
			}
			return err
		}
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
				err := coro.Timeout(co, 5*time.Millisecond, func(*coro.TimeoutScope) error { return use(co) })
				if future.IsTimeout(err) {
					return nil
				}
				return err
			}), coro.Name("impatient"))
			if err := coro.Sleep(co, 3*time.Millisecond); err != nil {
				return err
			}
			coro.CreateTask(g, coro.Do(use), coro.Name("patient"))
			return nil
		})
		require.Equal(t, 1, times, "times that it was initialised")
		return err
	}
}

func TestBuggy(t *testing.T) {
	found.Bug(t, users((*once.Once).Do), "used before it is ready")
}

func TestMended(t *testing.T) {
	looptest.Explore(t, users((*once.Once).DoSafe))
}
