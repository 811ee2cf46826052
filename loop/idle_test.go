package loop_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// What a burst has left is given up when the garbage collector has come by some times, and nobody has needed it: all but
// a few hundred goroutines. What is needed now and then stays.
func TestIdleWorkersAreGivenUp(t *testing.T) {
	const many, some = 3000, 1000
	for _, test := range []struct {
		name     string
		needed   int // again and again
		most, in int // goroutines in the end, and no fewer than
	}{
		{"nobody", 1, 300, 200},
		{"some", some, some + 10, some},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := runtime.NumGoroutine()
			require.NoError(t, loop.Main(func(co *coro.Co) error {
				burst := func(n int) {
					tasks := make([]*coro.Task[coro.None], n)
					for i := range tasks {
						tasks[i] = coro.CreateTask(co, testkit.Sleeping(time.Second))
					}
					testkit.WaitEnded(t, co, tasks...)
				}
				burst(many)
				require.Greater(t, runtime.NumGoroutine()-before, many)
				for round := 0; runtime.NumGoroutine()-before > test.most; round++ {
					require.Less(t, round, 2000)
					burst(test.needed)
					runtime.GC()
				}
				for range 20 {
					burst(test.needed)
					runtime.GC()
					require.GreaterOrEqual(t, runtime.NumGoroutine()-before, test.in)
				}
				return nil
			}, loop.VirtualTime(true)))
		})
	}
}
