package docs_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/queues"
)

func TestRetryWaitsLonger(t *testing.T) {
	var asked []time.Duration
	main := func(co *coro.Co) error {
		_, err := retry(4, func(co *coro.Co) (string, error) {
			asked = append(asked, loop.Of(co).Time())
			return "", errors.New("busy")
		})(co)
		require.ErrorContains(t, err, "busy")
		return nil
	}
	require.NoError(t, loop.Main(main, loop.VirtualTime(true)))
	require.Equal(t, []time.Duration{0, time.Second, 3 * time.Second, 7 * time.Second}, asked)
}

func onTest(t *testing.T) []loop.Option {
	return []loop.Option{
		loop.VirtualTime(true),
		loop.Debug(true),
		loop.Logger(slog.New(slog.NewTextHandler(t.Output(), nil))),
		loop.OnException(func(l *loop.Loop, c future.ErrorContext) {
			l.DefaultExceptionHandler(c) // which logs it
			t.Fail()
		}),
	}
}

func TestOneErrorIsRetrieved(t *testing.T) {
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		task := coro.CreateTask(co, coro.Do(backUp))
		_, err := task.Await(co)
		require.ErrorContains(t, err, "disk full")
		return nil
	}, onTest(t)...))
}

func TestInBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := loop.Main(func(co *coro.Co) error {
			ctx, cancel := context.WithTimeout(co.Context(), time.Hour)
			defer cancel()
			_, err := loop.GoDo(func(context.Context) error {
				<-ctx.Done()
				return ctx.Err()
			})(co)
			return err
		})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, time.Hour, time.Since(start))
	})
}

func runClean(t *testing.T, main func(co *coro.Co) error) {
	t.Helper()
	err := loop.Main(main, append(onTest(t), loop.ReportLeaks(true))...)
	require.NoError(t, err)
}

func TestNothingIsLeft(t *testing.T) {
	runClean(t, func(co *coro.Co) error {
		_, err := coro.CreateTask(co, coro.Do(backUp)).Await(co)
		require.ErrorContains(t, err, "disk full")
		return nil
	})
}

func refresh() {}

// sell leaves much behind.
func sell(co *coro.Co) error {
	outbox := queues.New[string](10)
	outbox.SetName("outbox")
	var cache locks.Lock
	cache.SetName("cache")
	coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
		_, err := outbox.Get(co)
		return err
	}), coro.Name("mailer"))
	coro.CreateTask(co, coro.Do(func(*coro.Co) error { return errors.New("card refused") }), coro.Name("charge"))
	coro.CreateTask(co, coro.Do(cache.Acquire), coro.Name("ingest"))
	loop.Of(co).CallLater(30*time.Second, refresh)
	return coro.Sleep(co, time.Second)
}

func Example_testingLeaks() {
	err := loop.Main(sell, loop.VirtualTime(true), loop.ReportLeaks(true), loop.Debug(true))
	for _, leak := range loop.Leaks(err) {
		fmt.Println(leak.Kind, leak.Name)
	}
	show(err)
	// Output:
	// task mailer
	// error charge
	// lock cache
	// timer github.com/ouro-loop/ouro/docs_test.refresh
	// loop: closed with 4 leaks
	//   task "mailer" never awaited, waits for an item of queue "outbox" (main.go:42)
	//   error never retrieved: card refused (task "charge")
	//   lock "cache" held by task "ingest", which has ended
	//   timer in 29 s (main.go:42)
}

// dinner is a program with choices: what it prints depends on random.
func dinner(random *rand.Rand) (trace []string, err error) {
	err = loop.Main(func(co *coro.Co) error {
		guest := func(co *coro.Co, name string) error {
			for _, course := range []string{"soup", "fish"} {
				d := time.Duration(random.IntN(60)) * time.Minute
				if err := coro.Sleep(co, d); err != nil {
					return err
				}
				trace = append(trace, fmt.Sprint(loop.Of(co).Time(), " ", name, " ", course))
			}
			return nil
		}
		return coro.Group(co, func(g *coro.TaskGroup) error {
			for _, name := range []string{"ada", "bob", "eve"} {
				coro.CreateTask(g, coro.Do1(guest, name))
			}
			return nil
		})
	}, loop.VirtualTime(true))
	return trace, err
}

func TestDinner(t *testing.T) {
	trace, err := dinner(rand.New(rand.NewPCG(1, 2)))
	require.NoError(t, err)
	require.Equal(t, []string{
		"36m0s bob soup",
		"46m0s ada soup",
		"47m0s eve soup",
		"49m0s eve fish",
		"1h0m0s ada fish",
		"1h23m0s bob fish",
	}, trace)
}

func TestAnyDinner(t *testing.T) {
	seed := rand.Uint64()
	t.Log("seed:", seed) // to run a failure again
	trace, err := dinner(rand.New(rand.NewPCG(seed, 0)))
	require.NoError(t, err)
	require.Len(t, trace, 6)

	again, err := dinner(rand.New(rand.NewPCG(seed, 0)))
	require.NoError(t, err)
	require.Equal(t, trace, again)
}

// ring stands for a library that calls back on a goroutine of its own.
func ring(f func()) { go f() }

func TestFromOutside(t *testing.T) {
	main := func(co *coro.Co) error {
		rung := make(chan string, 1)
		ring(func() { rung <- "ring" })
		sound, err := loop.Receive(rung)(co) // the clock stands still until then
		require.Equal(t, "ring", sound)
		require.Zero(t, loop.Of(co).Time())
		return err
	}
	require.NoError(t, loop.Main(main, loop.VirtualTime(true)))
}

func TestHeld(t *testing.T) {
	main := func(co *coro.Co) error {
		l := loop.Of(co)
		sound := loop.CreateFuture[string](l)
		release := l.Hold() // the clock stands still until it is called
		ring(func() {
			_, _ = l.CallSoonThreadsafe(func() { _ = sound.SetResult("ring") })
			release()
		})
		rung, err := sound.Await(co)
		require.Equal(t, "ring", rung)
		require.Zero(t, l.Time())
		return err
	}
	require.NoError(t, loop.Main(main, loop.VirtualTime(true)))
}

func TestOrders(t *testing.T) {
	orders := make(chan string)
	err := loop.Main(func(co *coro.Co) error {
		coro.CreateTask(co, loop.Receive(orders, loop.Background()))
		return coro.Sleep(co, time.Hour)
	}, loop.VirtualTime(true))
	require.NoError(t, err)
}

// backUpAtNight backs up each night at two.
func backUpAtNight(co *coro.Co, backUp func()) error {
	for {
		now := loop.Of(co).Now()
		next := time.Date(now.Year(), now.Month(), now.Day()+1, 2, 0, 0, 0, now.Location())
		if err := coro.Sleep(co, next.Sub(now)); err != nil {
			return err
		}
		backUp()
	}
}

func TestBackUpAtNight(t *testing.T) {
	l := loop.New(loop.VirtualTime(true), loop.StartTime(time.Date(2028, 2, 28, 12, 0, 0, 0, time.UTC)))
	defer l.Close()
	backups := 0
	coro.CreateTask(l, coro.Do1(backUpAtNight, func() { backups++ }), coro.Quiet())

	require.NoError(t, l.AdvanceTo(14*time.Hour-1))
	require.Equal(t, 0, backups, "it is a nanosecond to two")
	require.NoError(t, l.AdvanceTo(14*time.Hour))
	require.Equal(t, 1, backups)
	require.Equal(t, 29, l.Now().Day(), "of a leap year")
}

func TestStuck(t *testing.T) {
	ready := false
	err := loop.Main(func(co *coro.Co) error {
		loop.Of(co).CallLater(time.Second, func() { ready = true })
		for !ready {
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
		}
		return nil
	}, loop.VirtualTime(true), loop.StuckAfter(10_000))
	stuck, ok := errors.AsType[*loop.StuckError](err)
	require.True(t, ok, "%v", err)
	require.Zero(t, stuck.At)
}

func TestNobodyAnswers(t *testing.T) {
	err := loop.Main(func(co *coro.Co) error {
		answer := loop.CreateFuture[string](loop.Of(co))
		_, err := answer.Await(co)
		return err
	}, loop.VirtualTime(true))
	deadlock, ok := errors.AsType[*loop.DeadlockError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, "a future", deadlock.Tasks[0].On)
}

func TestTimeLimit(t *testing.T) {
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		err := coro.Timeout(co, time.Minute, func(*coro.TimeoutScope) error {
			return coro.Sleep(co, time.Hour)
		})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, time.Minute, loop.Of(co).Time())
		return nil
	}, loop.VirtualTime(true)))
}
