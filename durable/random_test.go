package durable_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/durabletest"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
)

var firstSeed = flag.Uint64("programs.seed", 0, "of the first program; 0 is for any")

var programs = flag.Int("programs", 2000, "how many programs TestRandomPrograms runs")

// A randomProgram does what its seed says, and returns what it has seen, and when.
type randomProgram struct {
	*rand.Rand
	log  []string
	lock locks.Lock
	left int // steps
}

func random(seed uint64) coro.Func[[]string] {
	return func(co *coro.Co) ([]string, error) {
		r := &randomProgram{Rand: rand.New(rand.NewPCG(seed, 1)), left: 40}
		err := r.steps(co, 0)
		r.see(co, "main", err)
		return r.log, nil
	}
}

func (r *randomProgram) see(co *coro.Co, what string, err error) {
	text := "ok"
	switch {
	case future.IsCanceled(err):
		text = "canceled"
	case future.IsTimeout(err):
		text = "timeout"
	case err != nil:
		text = err.Error()
	}
	r.log = append(r.log, fmt.Sprintf("%v %s %s %s", loop.Of(co).Time(), co.Task().Name(), what, text))
}

func (r *randomProgram) delay() time.Duration {
	return time.Duration(r.IntN(4)) * 50 * time.Microsecond
}

// steps takes some steps, one after the other. The error is a cancellation, or that one of them has failed for good.
func (r *randomProgram) steps(co *coro.Co, depth int) error {
	for range 1 + r.IntN(4) {
		if r.left--; r.left < 0 {
			return nil
		}
		what := r.IntN(10)
		if depth > 3 {
			what = r.IntN(5)
		}
		err := r.step(co, what, depth+1)
		r.see(co, fmt.Sprint("step ", what), err)
		if future.IsCanceled(err) && r.IntN(8) > 0 {
			return err // else it swallows that
		}
	}
	return nil
}

var errRandom = errors.New("bad luck")

func (r *randomProgram) step(co *coro.Co, what, depth int) error {
	children := func(f func(f func(co *coro.Co) error)) {
		for range 1 + r.IntN(3) {
			fails := r.IntN(6) == 0
			f(func(co *coro.Co) error {
				err := r.steps(co, depth)
				if fails && err == nil {
					err = errRandom
				}
				return err
			})
		}
	}
	switch what {
	case 0:
		n := r.IntN(100)
		got, err := durable.Do("quick", func(context.Context) (int, error) { return n, nil })(co)
		if err == nil && got != n {
			return fmt.Errorf("%d is not %d", got, n)
		}
		return err
	case 1:
		return coro.Sleep(co, r.delay())
	case 2:
		good := 1 + r.IntN(4)
		_, err := durable.Do("fails", func(ctx context.Context) (int, error) {
			runtime.Gosched()
			if durable.Attempt(ctx) < good {
				return 0, errRandom
			}
			return 0, nil
		}, durable.Attempts(3), durable.Backoff(time.Microsecond, time.Millisecond))(co)
		return err
	case 3:
		_, err := coro.WaitFor(co, coro.Func[int](func(co *coro.Co) (int, error) { return durable.Receive[int](co, "n") }), r.delay())
		return err
	case 4:
		if err := r.lock.Acquire(co); err != nil {
			return err
		}
		defer r.lock.Release()
		return coro.Sleep(co, r.delay())
	case 5:
		var all []*coro.Task[coro.None]
		children(func(f func(co *coro.Co) error) { all = append(all, coro.CreateTask(co, coro.Do(f))) })
		_, err := coro.GatherErrors(co, all...).Await(co)
		return err
	case 6:
		return coro.Group(co, func(g *coro.TaskGroup) error {
			children(func(f func(co *coro.Co) error) { coro.CreateTask(g, coro.Do(f)) })
			return nil
		})
	case 7:
		return coro.Timeout(co, r.delay(), func(*coro.TimeoutScope) error { return r.steps(co, depth) })
	case 8:
		task := coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return r.steps(co, depth) }))
		if err := coro.Sleep(co, r.delay()); err != nil {
			return err
		}
		task.Cancel()
		return coro.Await(co, task)
	default:
		_, err := durable.Version(co, fmt.Sprint("v", r.IntN(3)), 1)
		return err
	}
}

// Programs that use everything, by chance, come to the same end by their journals as they came to: a replay of a program
// that has ended fails if what that returns is not the same, to the microsecond. Half of them crash on the way.
func TestRandomPrograms(t *testing.T) {
	seed := *firstSeed
	if seed == 0 {
		seed = rand.Uint64N(1 << 40)
	}
	t.Logf("seeds from %d", seed)
	longest := 0
	for i := range *programs {
		seed := seed + uint64(i)
		chance := rand.New(rand.NewPCG(seed, 2))
		store, main := durable.NewMemory(), random(seed)
		for n := range chance.IntN(4) {
			require.NoError(t, durable.Send(t.Context(), store, "1", "n", n))
		}
		if chance.IntN(8) == 0 {
			require.NoError(t, durable.Cancel(t.Context(), store, "1", ""))
		}
		for chance.IntN(2) == 0 {
			crash := &durabletest.Crash{Store: store, At: 1 + chance.IntN(12), Moment: durabletest.Moment(chance.IntN(3))}
			_, _ = durable.Run(t.Context(), crash, "1", main, quiet)
		}
		_, err := durable.Run(t.Context(), store, "1", main)
		if err == nil || future.IsCanceled(err) { // as a main that has swallowed that, and awaited nothing since
			err = durable.Replay(t.Context(), store, "1", main)
		}
		records, reading := durable.ReadJournal(t.Context(), store, "1")
		require.NoError(t, reading)
		require.NoError(t, err, "seed %d: %v", seed, records)
		longest = max(longest, len(records))
	}
	require.Greater(t, longest, 30)
}
