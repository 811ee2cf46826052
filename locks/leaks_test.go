package locks_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
)

// What an ended task still holds is told once, when the loop closes, by whatever way it was
// acquired; and not if it was given back, by whomsoever.
func TestHeldAtClose(t *testing.T) {
	for _, test := range []struct {
		name string
		main func(co *coro.Co)
		want string // "" for no leak
	}{
		{"a lock", func(co *coro.Co) {
			testkit.Spawn(co, named(new(locks.Lock)).Acquire, coro.Name("a"))
		}, `lock "db" held by task "a", which has ended`},
		{"a lock that the task waited for", func(co *coro.Co) {
			mu := named(new(locks.Lock))
			require.NoError(t, mu.Acquire(co))
			testkit.Spawn(co, mu.Acquire, coro.Name("a"))
			testkit.Pass(t, co, 1)
			require.NoError(t, mu.Release())
		}, `lock "db" held by task "a", which has ended`},
		{"a lock of a condition", func(co *coro.Co) {
			testkit.Spawn(co, locks.NewCondition(named(new(locks.Lock))).Acquire, coro.Name("a"))
		}, `lock "db" held by task "a", which has ended`},
		{"a lock that another task gives back", func(co *coro.Co) {
			mu := named(new(locks.Lock))
			testkit.Spawn(co, mu.Acquire, coro.Name("a"))
			testkit.Pass(t, co, 3)
			require.NoError(t, mu.Release())
		}, ""},
		{"a semaphore", func(co *coro.Co) {
			s := named(locks.NewSemaphore(3))
			testkit.Spawn(co, s.Acquire, coro.Name("a"))
			testkit.Spawn(co, func(co *coro.Co) error { return s.With(co, func() error { return nil }) }, coro.Name("b"))
			testkit.Spawn(co, func(co *coro.Co) error {
				require.NoError(t, s.Acquire(co))
				return s.Acquire(co)
			}, coro.Name("c"))
		}, `semaphore "db" held by task "a", task "c", which have ended`},
		{"a bounded semaphore", func(co *coro.Co) {
			testkit.Spawn(co, named(locks.NewBoundedSemaphore(1)).Acquire, coro.Name("a"))
		}, `semaphore "db" held by task "a", which has ended`},
		{"a semaphore without an account", func(co *coro.Co) {
			testkit.Spawn(co, named(locks.NewSemaphore(65)).Acquire, coro.Name("a"))
		}, ""},
	} {
		for _, debug := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, debug mode %v", test.name, debug), func(t *testing.T) {
				var tr testkit.Trace
				err := loop.Main(func(co *coro.Co) error {
					test.main(co)
					testkit.Pass(t, co, 4)
					return nil
				}, loop.VirtualTime(true), loop.ReportLeaks(true), loop.Debug(debug), tr.Handler())
				if test.want == "" {
					require.NoError(t, err)
				} else {
					require.EqualError(t, err, "loop: closed with 1 leak\n  "+test.want)
					require.Equal(t, "db", loop.Leaks(err)[0].Name)
				}
				require.Empty(t, tr)
			})
		}
	}
}

// named gives a primitive the name "db".
func named[P interface{ SetName(string) }](p P) P {
	p.SetName("db")
	return p
}
