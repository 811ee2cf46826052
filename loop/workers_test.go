package loop_test

import (
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// tasksThatSleep is a main that has n tasks suspended at a time.
func tasksThatSleep(n int) coro.Func[coro.None] {
	return coro.Do(func(co *coro.Co) error {
		return coro.Group(co, func(g *coro.TaskGroup) error {
			for range n {
				coro.CreateTask(g, coro.Do1(coro.Sleep, time.Second))
			}
			return nil
		})
	})
}

func lends(t *testing.T, most int) *coro.Workers {
	t.Helper()
	noLeak(t)
	ws := coro.NewWorkers(most)
	t.Cleanup(ws.Close)
	return ws
}

// One loop after the other has the same workers, as many as are to be kept; and none is left when they are closed.
func TestWorkersAreLent(t *testing.T) {
	ws := lends(t, 8)
	before := workers()
	for range 3 {
		for _, n := range []int{3, 20} { // with main's
			_, err := loop.Run(tasksThatSleep(n), loop.VirtualTime(true), loop.Workers(ws))
			require.NoError(t, err)
			require.Equal(t, before+min(n+1, 8), workers())
		}
		ws.Close() // of those to come, none is kept
		ws = lends(t, 8)
	}
	closed := coro.NewWorkers(8)
	closed.Close()
	_, err := loop.Run(tasksThatSleep(3), loop.VirtualTime(true), loop.Workers(closed))
	require.NoError(t, err)
	ws.Close()
	ws.Close()
	require.Equal(t, before, workers())
}

// A loop that does not run has workers for what is suspended, and none beside.
func TestWorkersAreGivenBackBetweenRuns(t *testing.T) {
	ws := lends(t, 100)
	before := workers()
	rests := newLoop(t, loop.Workers(ws))
	waits := coro.CreateTask(rests, coro.Do1(coro.Sleep, time.Hour))
	_, err := loop.RunUntilComplete(rests, tasksThatSleep(9))
	require.NoError(t, err)
	require.Equal(t, before+11, workers())
	other := newLoop(t, loop.Workers(ws))
	_, err = loop.RunUntilComplete(other, tasksThatSleep(9))
	require.NoError(t, err)
	require.Equal(t, before+11, workers(), "10 idle ones were borrowed")
	require.False(t, waits.Done())
	_, err = loop.RunUntilComplete(rests, waits)
	require.NoError(t, err)
}

// Loops side by side borrow from the same, and each does what it would have done without.
func TestWorkersSideBySide(t *testing.T) {
	ws := lends(t, 20)
	var all sync.WaitGroup
	for seed := range 8 {
		all.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(seed)))
			for range 100 {
				n := r.IntN(30)
				done := 0
				err := loop.Main(func(co *coro.Co) error {
					return coro.Group(co, func(g *coro.TaskGroup) error {
						for range n {
							coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
								err := coro.Sleep(co, time.Duration(r.IntN(3)))
								done++
								if r.IntN(50) == 0 {
									panic("now and then")
								}
								return err
							}))
						}
						return nil
					})
				}, loop.VirtualTime(true), loop.Workers(ws), loop.Interrupts(false))
				if err == nil && done != n {
					t.Errorf("%d tasks of %d have ended", done, n)
				}
			}
		})
	}
	all.Wait()
}

// A worker belongs to the loop that has borrowed it: what is called there finds that, its context, and whose coroutine calls.
func TestWorkersChangeHands(t *testing.T) {
	ws := lends(t, 8)
	v := coro.NewVar("v", 0)
	stop := besideAnother(t) // then frames do not tell whose they are
	defer stop()
	for i := range 3 {
		require.NoError(t, loop.Main(func(co *coro.Co) error {
			v.Set(co, i+1)
			track(co)
			seen, err := coro.CreateTask(co, func(co *coro.Co) (int, error) {
				f := loop.CreateFuture[int](loop.Of(co))
				_, err := loop.Of(co).CallSoonThreadsafe(func() { f.SetResult(v.Get(loop.Of(co))) })
				require.NoError(t, err)
				require.Equal(t, "asks", who())
				return f.Await(co)
			}, coro.Name("asks")).Await(co)
			require.Equal(t, i+1, seen)
			return err
		}, loop.Workers(ws), loop.Debug(i == 1)))
		require.Equal(t, "elsewhere", who())
	}
}

// besideAnother has another loop run until stop is called.
func besideAnother(t *testing.T) (stop func()) {
	t.Helper()
	other, runs := loop.New(), make(chan struct{})
	ended := make(chan error)
	other.CallSoon(func() { close(runs) })
	go func() { ended <- errors.Join(other.RunForever(), other.Close()) }()
	<-runs
	return func() {
		_, err := other.CallSoonThreadsafe(other.Stop)
		require.NoError(t, err)
		require.NoError(t, <-ended)
	}
}

// A worker that a Goexit has ended is not lent, and those beside it are.
func TestWorkersAfterGoexit(t *testing.T) {
	ws := lends(t, 8)
	before := workers()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = loop.Main(func(co *coro.Co) error {
			coro.CreateTask(co, coro.Do1(coro.Sleep, time.Hour))
			_, err := tasksThatSleep(3)(co)
			require.NoError(t, err)
			runtime.Goexit()
			return nil
		}, loop.VirtualTime(true), loop.Workers(ws))
	}()
	<-done
	require.LessOrEqual(t, workers(), before+4)
	_, err := loop.Run(tasksThatSleep(3), loop.VirtualTime(true), loop.Workers(ws))
	require.NoError(t, err)
	require.Equal(t, before+4, workers())
}

// The goroutines of a bubble are its own.
func TestWorkersAndBubbles(t *testing.T) {
	ws := lends(t, 8)
	_, err := loop.Run(tasksThatSleep(3), loop.Workers(ws), loop.VirtualTime(true))
	require.NoError(t, err)
	kept := workers()
	synctest.Test(t, func(t *testing.T) {
		_, err := loop.Run(tasksThatSleep(5), loop.Workers(ws))
		require.NoError(t, err)
	})
	require.Equal(t, kept, workers())
}

func TestNilWorkers(t *testing.T) {
	require.PanicsWithValue(t, "coro: Close of nil Workers; NewWorkers makes them", (*coro.Workers)(nil).Close)
	require.PanicsWithValue(t, "loop: nil Workers; leave the option out, or give coro.NewWorkers(n)", func() { loop.Workers(nil) })
}
