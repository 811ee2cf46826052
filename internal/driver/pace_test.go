//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package driver_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/driver"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// Without waiting for anything, a task that always finds data gives way when the budget of the
// iteration is used up; what ends the giving way has taken nothing.
func TestDescriptorBudget(t *testing.T) {
	for _, budget := range []int{1, 5, driver.DefaultBudget} {
		main(t, func(co *coro.Co) {
			a, b := pair(t)
			_, err := unix.Write(b, make([]byte, 400))
			require.NoError(t, err)
			d := register(t, co, a)
			reads := 0
			var perTurn []int
			reader := do(co, func(co *coro.Co) error {
				for {
					if _, err := read(co, d, make([]byte, 1)); err != nil {
						return err
					}
					reads++
				}
			})
			for range 4 {
				require.NoError(t, coro.Sleep(co, 0))
				perTurn = append(perTurn, reads)
				reads = 0
			}
			require.Equal(t, []int{budget, budget, budget, budget}, perTurn)
			reader.Cancel()
			require.ErrorIs(t, coro.Await(co, reader), context.Canceled)
			require.NoError(t, d.Await(co, driver.Read))
			n, err := unix.Read(a, make([]byte, 400))
			require.NoError(t, err)
			require.Equal(t, 400-4*budget, n, "the canceled one has taken nothing more")
		}, loop.IOBudget(budget))
	}
}

// Where more are ready than the budget has operations for, each that was woken has some in its turn all the
// same: who answers what it has read does so at once, and gives way after that.
func TestBudgetOfATurn(t *testing.T) {
	main(t, func(co *coro.Co) {
		ticks := testkit.CountTicks(loop.Of(co))
		var clients []int
		var tasks []*coro.Task[coro.None]
		atOnce := make([]int, 2*driver.DefaultBudget) // operations of each in the iteration that has woken it
		for i := range atOnce {
			a, b := pair(t)
			d := register(t, co, a)
			clients = append(clients, b)
			tasks = append(tasks, do(co, func(co *coro.Co) error {
				d.Blocked(driver.Read)
				if _, err := read(co, d, make([]byte, 1)); err != nil {
					return err
				}
				for woken := ticks.N(); ticks.N() == woken; {
					atOnce[i]++
					if err := write(co, d, []byte("x")); err != nil {
						return err
					}
				}
				return nil // after a write for which it gave way
			}))
		}
		require.NoError(t, coro.Sleep(co, 0))
		for _, b := range clients {
			_, err := unix.Write(b, []byte("x"))
			require.NoError(t, err)
		}
		for _, task := range tasks {
			require.NoError(t, coro.Await(co, task))
		}
		ticks.Stop()
		first := slices.Index(atOnce, 4)
		require.Positive(t, first, "the first of them have what the iteration has")
		for i, n := range atOnce[first:] {
			require.Equal(t, 4, n, "the %dth that was woken", first+i+1)
		}
	})
}

// Beside a task that never runs out of data another one hears of its descriptor soon.
func TestBudgetLooksForOthers(t *testing.T) {
	main(t, func(co *coro.Co) {
		a, b := pair(t)
		c, e := pair(t)
		busy, quiet := register(t, co, a), register(t, co, c)
		_, err := unix.Write(b, []byte("x"))
		require.NoError(t, err)
		turns := 0
		hog := do(co, func(co *coro.Co) error {
			for {
				for range driver.DefaultBudget {
					if err := busy.Await(co, driver.Read); err != nil {
						return err
					}
				}
				turns++
			}
		})
		quiet.Blocked(driver.Read)
		_, err = unix.Write(e, []byte("x"))
		require.NoError(t, err)
		_, err = read(co, quiet, make([]byte, 1))
		require.NoError(t, err)
		require.LessOrEqual(t, turns, 3)
		hog.Cancel()
	})
}
