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
	"github.com/ouro-loop/ouro/loop"
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
