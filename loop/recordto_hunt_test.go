package loop_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/queues"
)

// tapedProgram is a program that depends on everything a record has: tasks that sleep, wait for
// each other, are canceled, run functions on threads and goroutines, receive from channels, and
// hear from goroutines.
func tapedProgram(seed uint64) func(co *coro.Co) error {
	return func(co *coro.Co) error {
		chance := rand.New(rand.NewPCG(seed, 0))
		q := queues.New[int](3)
		at := new(desk)
		var tasks []coro.AnyTask
		for i := range 4 + chance.IntN(8) {
			own := rand.New(rand.NewPCG(seed, uint64(i)+1))
			tasks = append(tasks, coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				for range 3 + own.IntN(6) {
					if err := tapedStep(co, own, q, at); err != nil {
						return err
					}
				}
				return nil
			})))
		}
		for range 10 {
			if err := coro.Sleep(co, time.Duration(chance.IntN(200))*time.Microsecond); err != nil {
				return err
			}
			tasks[chance.IntN(len(tasks))].Cancel()
		}
		for _, t := range tasks {
			t.Cancel()
			_, _, _ = coro.Wait(co, []coro.AnyTask{t})
		}
		return nil
	}
}

// A desk serves those who wait for a post, first come, first served.
type desk struct{ waiting []*future.Future[int] }

func (d *desk) serve() {
	f := d.waiting[0]
	d.waiting = d.waiting[1:]
	_ = f.SetResult(len(d.waiting))
}

var errChance = errors.New("by chance")

func tapedStep(co *coro.Co, chance *rand.Rand, q *queues.Queue[int], at *desk) error {
	l := loop.Of(co)
	d := time.Duration(chance.IntN(100)) * time.Microsecond
	n := chance.IntN(1000)
	switch chance.IntN(12) {
	case 0:
		return coro.Sleep(co, d)
	case 1:
		return coro.Sleep(co, 0)
	case 2:
		_, err := loop.ToThread(func(context.Context) (int, error) { return n, nil })(co)
		return err
	case 3:
		_, err := loop.Go(func(context.Context) (struct{ hidden int }, error) { return struct{ hidden int }{n}, nil })(co)
		return err
	case 4:
		_, err := loop.ToThread(func(context.Context) (int, error) { return 0, errChance })(co)
		if err == nil || err.Error() != errChance.Error() {
			return err
		}
	case 5:
		// Of several goroutines at this line a replay does not know which was which: what they post
		// is the same for all.
		f := loop.CreateFuture[int](l)
		at.waiting = append(at.waiting, f)
		go func() { _, _ = l.CallSoonThreadsafe(at.serve) }()
		_, err := f.Await(co)
		return err
	case 6:
		ch := make(chan int, 1)
		go func() { ch <- n }()
		_, err := loop.Receive(ch)(co)
		return err
	case 7:
		_ = q.PutNowait(n)
		_, _ = q.GetNowait()
	case 8:
		return coro.Timeout(co, d, func(*coro.TimeoutScope) error {
			return coro.Sleep(co, time.Duration(chance.IntN(100))*time.Microsecond)
		})
	case 9:
		_, err := loop.Recorded(co, func() (uint64, error) { return rand.Uint64(), nil })
		return err
	case 10:
		if l.Rand().IntN(2) == 0 || l.Now().Nanosecond()%2 == 0 {
			return coro.Sleep(co, 0)
		}
	case 11:
		f, err := loop.RunInExecutor(l, nil, func() (string, error) { return "x", nil })
		if err != nil {
			return err
		}
		_, err = f.Await(co)
		return err
	}
	return nil
}

func TestReplayOfRandomPrograms(t *testing.T) {
	for seed := range uint64(100) {
		main := tapedProgram(seed)
		file, want := recordRun(t, main, loop.OnException(func(*loop.Loop, future.ErrorContext) {}))
		got, err := replayRun(file, main, loop.OnException(func(*loop.Loop, future.ErrorContext) {}))
		require.NoErrorf(t, err, "seed %d", seed)
		require.Equalf(t, want.Hash(), got.Hash(), "seed %d", seed)
	}
}
