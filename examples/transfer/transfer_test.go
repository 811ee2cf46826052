package transfer_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/examples/internal/found"
	"github.com/ouro-loop/ouro/examples/transfer"
	"github.com/ouro-loop/ouro/looptest"
)

type move func(b *transfer.Bank, co *coro.Co, from, to string, amount int) error

// twice pays bob, and soon after that carol. No money may be lost.
func twice(transferBy move) looptest.Main {
	return func(t *looptest.T, co *coro.Co) error {
		bank := &transfer.Bank{
			Balances: map[string]int{"ada": 100},
			Ask:      func(co *coro.Co) error { return t.Delay(co, time.Millisecond, 8*time.Millisecond) },
		}
		pay := func(to string) coro.Func[coro.None] {
			return coro.Do(func(co *coro.Co) error { return transferBy(bank, co, "ada", to, 10) })
		}
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			coro.CreateTask(g, pay("bob"), coro.Name("to bob"))
			if err := coro.Sleep(co, 2*time.Millisecond); err != nil {
				return err
			}
			coro.CreateTask(g, pay("carol"), coro.Name("to carol"))
			return nil
		})
		require.Equal(t, map[string]int{"ada": 80, "bob": 10, "carol": 10}, bank.Balances)
		return err
	}
}

func TestBuggy(t *testing.T) {
	found.Bug(t, twice((*transfer.Bank).Transfer), "ada")
}

func TestMended(t *testing.T) {
	looptest.Explore(t, twice((*transfer.Bank).TransferSafe))
}
