package loop_test

import (
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// A body that ignores cancellation for ever is unwound by Close.
func TestStubbornBody(t *testing.T) {
	ignore := func(co *coro.Co) (int, error) {
		for {
			_ = coro.Sleep(co, time.Second)
		}
	}
	for _, test := range []struct {
		name string
		body coro.Func[int]
	}{
		{"ignores its errors", ignore},
		{"recovers from everything", func(co *coro.Co) (int, error) {
			for {
				func() {
					defer func() { _ = recover() }()
					_ = coro.Sleep(co, time.Second)
				}()
			}
		}},
		{"awaits in its deferred functions", func(co *coro.Co) (int, error) {
			defer func() { _, _ = ignore(co) }()
			defer func() { _ = coro.Sleep(co, time.Second) }()
			return ignore(co)
		}},
		{"creates tasks in its deferred functions", func(co *coro.Co) (int, error) {
			defer func() { _, _ = coro.CreateTask(co, ignore).Await(co) }()
			return ignore(co)
		}},
		{"is suspended inside an iterator", func(co *coro.Co) (int, error) {
			next, stop := iter.Pull(func(yield func(int) bool) {
				for yield(1) {
					_ = coro.Sleep(co, time.Second)
				}
			})
			defer stop()
			for {
				next()
			}
		}},
		{"waits for a channel", func(co *coro.Co) (int, error) {
			for {
				_, _ = loop.Receive(make(chan int)).Await(co)
			}
		}},
		{"in a group", func(co *coro.Co) (int, error) {
			return 0, coro.Group(co, func(g *coro.TaskGroup) error {
				coro.CreateTask(g, ignore)
				return nil
			})
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			noLeak(t)
			var told reports
			l := loop.New(loop.VirtualTime(true), told.handler())
			unwound := false
			task := coro.CreateTask(l, func(co *coro.Co) (int, error) {
				defer func() { unwound = true }()
				return test.body(co)
			}, coro.Name("stubborn"))
			for range 3 { // it has its chance
				l.CallSoon(func() { l.CallSoon(l.Stop) })
				require.NoError(t, l.RunForever())
				task.Cancel()
			}
			require.False(t, task.Done())
			require.NoError(t, l.Close())
			require.True(t, unwound)
			require.True(t, task.Done())
			require.True(t, task.Canceled())
			require.Equal(t, "Task was destroyed but it is pending!", told[0].Message)
			require.Equal(t, "stubborn", told[0].Task)
		})
	}
}
