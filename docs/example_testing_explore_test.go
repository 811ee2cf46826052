package docs_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/looptest"
)

// failing is a test that may fail, and prints why.
type failing struct{ testing.TB }

func (failing) Helper()        {}
func (failing) Name() string   { return "TestTransfer" }
func (failing) Cleanup(func()) {}
func (failing) Failed() bool   { return false }
func (failing) Skipped() bool  { return false }
func (failing) Errorf(format string, args ...any) {
	for _, line := range strings.Split(strings.TrimSpace(fmt.Sprintf(format, args...)), "\n") {
		show(strings.TrimRight(line, " "))
	}
}

func transferTwice(t *looptest.T, co *coro.Co) error {
	balance := 100
	transfer := func(co *coro.Co) error {
		before := balance
		if err := t.Delay(co, time.Millisecond, 8*time.Millisecond); err != nil { // the bank's server
			return err
		}
		balance = before - 10
		return nil
	}
	err := coro.Group(co, func(g *coro.TaskGroup) error {
		coro.CreateTask(g, coro.Do(transfer), coro.Name("to bob"))
		if err := coro.Sleep(co, 2*time.Millisecond); err != nil {
			return err
		}
		coro.CreateTask(g, coro.Do(transfer), coro.Name("to carol"))
		return nil
	})
	if balance != 80 {
		t.Errorf("the balance is %d", balance)
	}
	return err
}

func Example_testingExplore() {
	t := failing{}
	looptest.Explore(t, transferTwice)
	// Output:
	// main.go:42: the balance is 90
	// looptest: run 2 of at most 10000 fails, with 1 departure from the usual schedule; 1 is enough
	// replay:   go test -run '^TestTransfer$' -looptest.schedule='s0/2=1'
	// hash:     753e37b05129019b
	// the nearest schedule that passes lacks the last of them:
	//             0s  main
	//    !        0s  → what is ready takes until the next deadline
	//    !       2ms  to bob                                     main.go:42
	//    !       2ms  → a delay of 1ms
	//    !       2ms  the alarm of main's sleep
	//    !       2ms  main                                       main.go:42
	//    !       2ms  to carol                                   main.go:42
	//    !       2ms  → a delay of 1ms
	//    !       3ms  the alarm of to bob's sleep
	//     instead of
	//    ✓        0s  to bob                                     main.go:42
	//    ✓        0s  → a delay of 1ms
	//    ✓       1ms  the alarm of to bob's sleep
	//    ✓       1ms  to bob                                     main.go:42
	//    ✓       2ms  the alarm of main's sleep
	//    ✓       2ms  main                                       main.go:42
	//    ✓       2ms  to carol                                   main.go:42
	//    ✓       2ms  → a delay of 1ms
}

// lockedTransfers is transferTwice as it should be, several times.
func lockedTransfers(t *looptest.T, co *coro.Co) error {
	balance := 100
	var mu locks.Lock
	transfer := func(co *coro.Co) error {
		return mu.With(co, func() error {
			before := balance
			if err := t.Delay(co, time.Millisecond, 8*time.Millisecond); err != nil {
				return err
			}
			balance = before - 10
			return nil
		})
	}
	t.State(func() uint64 { return looptest.Digest(balance, &mu) })
	t.Always(func() { require.GreaterOrEqual(t, balance, 70) })
	err := coro.Group(co, func(g *coro.TaskGroup) error {
		for range 3 {
			coro.CreateTask(g, coro.Do(transfer))
		}
		return coro.Sleep(co, 2*time.Millisecond)
	})
	require.Equal(t, 70, balance)
	return err
}

func TestLockedTransfers(t *testing.T) {
	var result looptest.Result
	looptest.Explore(t, lockedTransfers, looptest.Within(time.Hour), looptest.Report(&result))
	require.True(t, result.All)
}

func TestRetryUnderLoss(t *testing.T) {
	looptest.Explore(t, func(t *looptest.T, co *coro.Co) error {
		answered := false
		ask := func(co *coro.Co) (string, error) {
			switch t.Choose("the server", 3) {
			case 1:
				return "", fmt.Errorf("lost")
			case 2:
				if err := coro.Sleep(co, 3*time.Second); err != nil { // too slow
					return "", err
				}
			}
			answered = true
			return "hello", nil
		}
		_, err := retry(3, func(co *coro.Co) (string, error) {
			return coro.WaitFor(co, coro.Func[string](ask), 2*time.Second)
		})(co)
		t.Sometimes("it gives up", err != nil)
		t.Sometimes("it takes seven seconds", loop.Of(co).Time() >= 7*time.Second)
		require.Equal(t, err == nil, answered)
		return nil
	})
}
