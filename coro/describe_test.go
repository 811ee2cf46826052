package coro_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// What a deadlock says that a task waits for, and who holds that.
func TestWhatTasksWaitFor(t *testing.T) {
	var f *future.Future[int]
	var other *coro.Task[int]
	for _, test := range []struct {
		name    string
		wait    func(co *coro.Co) error
		on      string
		holders []string
	}{
		{"a future", func(co *coro.Co) error { _, err := f.Await(co); return err }, "a future", nil},
		{"a task", func(co *coro.Co) error { _, err := other.Await(co); return err }, `task "other"`, []string{`task "other"`}},
		{"a gather", func(co *coro.Co) error {
			_, err := coro.Gather(co, coro.Awaitable[int](f), other).Await(co)
			return err
		}, "gather of 2 (0 done)", []string{`task "other"`}},
		{"Wait", func(co *coro.Co) error {
			_, _, err := coro.Wait(co, []future.Any{f, other})
			return err
		}, "wait for 2 (0 done)", []string{`task "other"`}},
		{"AsCompleted", func(co *coro.Co) error {
			for next := range coro.AsCompleted(co, coro.Forever, coro.Awaitable[int](f), other) {
				if _, err := next.Await(co); err != nil {
					return err
				}
			}
			return nil
		}, "the next of AsCompleted (2 of 2 not done)", []string{`task "other"`}},
		{"a group", func(co *coro.Co) error {
			return coro.Group(co, func(g *coro.TaskGroup) error {
				coro.CreateTask(g, coro.Bind3(waitWith, 1, 2, f), coro.Name("member"))
				return nil
			})
		}, "task group (1 of 1 unfinished)", []string{`task "member"`}},
		{"what timed out", func(co *coro.Co) error {
			stubborn := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				for {
					_, _ = f.Await(co)
					f = loop.CreateFuture[int](loop.Of(co))
				}
			}), coro.Quiet(), coro.Name("stubborn"))
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
			_, err := coro.WaitFor(co, stubborn, 0)
			return err
		}, "the end of what timed out", []string{`task "stubborn"`}},
		{"no end", func(co *coro.Co) error { return coro.Sleep(co, coro.Forever) }, "sleep without end", nil},
		{"a shield", func(co *coro.Co) error { _, err := coro.Shield(co, other).Await(co); return err },
			`a shield of task "other"`, []string{`task "other"`}},
		{"a shield of a future", func(co *coro.Co) error {
			_, err := coro.Shield(co, coro.Shield(co, coro.Awaitable[int](f))).Await(co)
			return err
		}, "a shield of a shield", nil},
		{"a gather of gathers", func(co *coro.Co) error {
			inner := coro.Gather(co, coro.Awaitable[int](coro.Shield(co, other)), f)
			_, err := coro.Gather(co, coro.Awaitable[[]int](inner), coro.Gather(co, other)).Await(co)
			return err
		}, "gather of 2 (0 done)", []string{`task "other"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := loop.New(loop.VirtualTime(true))
			defer func() { require.NoError(t, l.Close()) }()
			f = loop.CreateFuture[int](l)
			other = coro.CreateTask(l, func(co *coro.Co) (int, error) { return f.Await(co) }, coro.Name("other"), coro.Quiet())
			_, err := loop.RunUntilComplete(l, coro.Do(test.wait))
			var deadlock *loop.DeadlockError
			require.ErrorAs(t, err, &deadlock)
			i := slices.IndexFunc(deadlock.Tasks, func(w loop.WaitingTask) bool { return w.Name == "Task-1" })
			main := deadlock.Tasks[i]
			require.Equal(t, test.on, main.On)
			require.Equal(t, test.holders, main.Holders)
			l.SetExceptionHandler(func(*loop.Loop, future.ErrorContext) {}) // of Close: they are pending
		})
	}
}

func waitWith(co *coro.Co, _, _ int, f *future.Future[int]) (int, error) { return f.Await(co) }

func TestStrings(t *testing.T) {
	run(t, func(co *coro.Co) error {
		require.Equal(t, "v", coro.NewVar("v", 0).Name())
		require.Equal(t, "1", coro.Settled[int]{Value: 1}.String())
		require.Equal(t, "boom", coro.Settled[int]{Err: errors.New("boom")}.String())
		_, err := coro.Settled[int]{Err: errTest}.Result()
		require.ErrorIs(t, err, errTest)
		require.Contains(t, co.Task().String(), `<Task "Task-1" PENDING `)
		var scope *coro.TimeoutScope
		err = coro.Timeout(co, time.Second, func(s *coro.TimeoutScope) error {
			scope = s
			require.Equal(t, "<Timeout [active] when=1s>", s.String())
			err := coro.Sleep(co, time.Minute)
			require.Equal(t, "<Timeout [expiring]>", s.String())
			return err
		})
		require.Equal(t, "<Timeout [expired]>", scope.String())
		requireTimeout(t, err)
		require.True(t, err.(*future.TimeoutError).Timeout())
		return coro.Timeout(co, coro.Forever, func(s *coro.TimeoutScope) error {
			require.Equal(t, "<Timeout [active] when=never>", s.String())
			return nil
		})
	})
}
