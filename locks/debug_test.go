package locks_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
)

// In debug mode, a lock whose holder has ended is reported.
func TestDebugHeldByAnEndedTask(t *testing.T) {
	forget := func(co *coro.Co, mu *locks.Lock) {
		task := testkit.Spawn(co, mu.Acquire, coro.Name("forgetful"))
		testkit.Pass(t, co, 3)
		require.True(t, task.Done())
	}
	for _, test := range []struct {
		name  string
		debug bool
		run   func(co *coro.Co, mu *locks.Lock)
		want  []string
	}{
		{"is reported once", true, func(co *coro.Co, mu *locks.Lock) {
			forget(co, mu)
			require.True(t, mu.Locked(), "a report changes nothing")
			require.NoError(t, mu.Release())
		}, []string{`lock "db" is still held by task "forgetful", which has ended`}},
		{"is reported after a wait too", true, func(co *coro.Co, mu *locks.Lock) {
			require.NoError(t, mu.Acquire(co))
			testkit.Spawn(co, mu.Acquire, coro.Name("forgetful"))
			testkit.Pass(t, co, 1)
			require.NoError(t, mu.Release())
			testkit.Pass(t, co, 3)
		}, []string{`lock "db" is still held by task "forgetful", which has ended`}},
		{"is no news without debug mode", false, forget, nil},
		{"is no news of a task that released it", true, func(co *coro.Co, mu *locks.Lock) {
			testkit.Spawn(co, func(co *coro.Co) error {
				for range 3 {
					if err := mu.With(co, func() error { return coro.Sleep(co, 0) }); err != nil {
						return err
					}
				}
				return nil
			})
			testkit.Pass(t, co, 9)
		}, nil},
		{"is no news when it was released at the last moment", true, func(co *coro.Co, mu *locks.Lock) {
			task := testkit.Spawn(co, mu.Acquire)
			// Registered before the lock's own callback.
			task.AddDoneCallback(func() { require.NoError(t, mu.Release()) })
			testkit.Pass(t, co, 3)
			require.False(t, mu.Locked())
		}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var mu locks.Lock
			mu.SetName("db")
			var got []string
			testkit.Run(t, func(co *coro.Co) { test.run(co, &mu) }, loop.Debug(test.debug),
				loop.OnException(func(_ *loop.Loop, c future.ErrorContext) {
					require.Equal(t, "forgetful", c.Task)
					got = append(got, c.Message)
				}))
			require.Equal(t, test.want, got)
		})
	}
}
