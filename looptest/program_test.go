package looptest_test

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/looptest"
	"github.com/ouro-loop/ouro/queues"
)

// someProgram is a program that a seed decides about: tasks that sleep, wait for each other, for
// locks and for queues, and cancel one another.
func someProgram(seed uint64) looptest.Main {
	return func(t *looptest.T, co *coro.Co) error {
		p := program{
			Rand:  rand.New(rand.NewPCG(seed, 0)),
			t:     t,
			queue: queues.New[int](1),
		}
		return coro.Group(co, func(g *coro.TaskGroup) error {
			for i := range 2 + p.IntN(5) {
				p.tasks = append(p.tasks, coro.CreateTask(g, coro.Do(p.task), coro.Name(fmt.Sprint("task ", i))))
			}
			return p.task(co)
		})
	}
}

type program struct {
	*rand.Rand
	t     *looptest.T
	mu    locks.Lock
	queue *queues.Queue[int]
	tasks []*coro.Task[struct{}]
}

func (p *program) task(co *coro.Co) error {
	for i := range 1 + p.IntN(8) {
		if err := p.step(co); err != nil {
			return err
		}
		p.t.Note(i)
	}
	return nil
}

func (p *program) step(co *coro.Co) error {
	tick := time.Duration(p.IntN(3)) * time.Millisecond
	switch p.IntN(7) {
	case 0:
		if err := p.mu.Acquire(co); err != nil {
			return err
		}
		defer p.mu.Release()
		return coro.Sleep(co, tick)
	case 1:
		_ = p.queue.PutNowait(p.IntN(10))
		return coro.Sleep(co, 0)
	case 2:
		_, _ = p.queue.GetNowait()
		p.t.Loop().CallSoon(func() { p.t.Note("soon") })
		return nil
	case 3:
		other := p.tasks[p.IntN(len(p.tasks))]
		p.t.Loop().CallLater(tick, func() { other.Cancel() })
		return coro.Sleep(co, 2*tick)
	case 4:
		_, err := coro.Gather(co, p.sleeper(tick), p.sleeper(0), p.sleeper(tick)).Await(co)
		return err
	case 5:
		_ = coro.Timeout(co, tick, func(*coro.TimeoutScope) error { return coro.Sleep(co, time.Millisecond) })
		return nil
	}
	return coro.Sleep(co, tick)
}

func (p *program) sleeper(d time.Duration) coro.Func[struct{}] {
	return coro.Do(func(co *coro.Co) error { return coro.Sleep(co, d) })
}
