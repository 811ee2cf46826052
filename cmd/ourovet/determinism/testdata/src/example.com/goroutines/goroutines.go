package goroutines

import (
	"context"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/loop"
)

func ring(at time.Time, done func()) {}

func blocks(context.Context) error { time.Sleep(1); return nil } // want blocks:`time.Sleep at`

func zero[T any](context.Context) (v T, err error) { time.Sleep(1); return } // want zero:`time.Sleep at`

func starts(co *coro.Co) {
	go func() { // want `^a go statement in a coroutine: use coro.CreateTask for a coroutine, loop.ToThread or loop.Go for what blocks$`
		time.Sleep(time.Second) // not in the coroutine
	}()
	go ring(time.Now(), func() { time.Sleep(1) }) // want `a go statement` `^time.Now in a coroutine`
}

func channels(co *coro.Co, in <-chan int, out chan<- int) {
	out <- 1       // want `^a send to a channel in a coroutine: use queues.Queue between coroutines, loop.Go for what sends$`
	<-in           // want `^a receive from a channel in a coroutine: use loop.Receive, or queues.Queue between coroutines$`
	v, ok := <-in  // want `a receive from a channel`
	for range in { // want `^a range over a channel in a coroutine: use loop.Receive in a loop, or the All of a queues.Queue$`
		_, _ = v, ok
	}
	select { // want `^a select in a coroutine: use coro.Wait for tasks of loop.Receive, until coro.FirstCompleted$`
	case <-in:
	case v := <-in:
		_ = v
		<-in // want `a receive from a channel`
	case v, ok = <-in:
	case out <- int(time.Now().Unix()): // want `time.Now`
	case <-time.After(1): // want `time.After`
	default:
	}
	select {} // want `^a select in a coroutine: use coro.Sleep with coro.Forever$`
}

type worker struct{}

func (worker) compute(context.Context) (int, error) { time.Sleep(1); return 1, nil }   // want compute:`time.Sleep at`
func (worker) made() worker                         { time.Sleep(1); return worker{} } // want `^time.Sleep in worker.made, which the coroutine handsOver leads to: use coro.Sleep$` made:`time.Sleep at`

// handsOver has functions that run elsewhere.
func handsOver(co *coro.Co, l *loop.Loop) error {
	if _, err := loop.ToThread(func(ctx context.Context) (int, error) { time.Sleep(1); return 1, nil })(co); err != nil {
		return err
	}
	if _, err := loop.Go(worker{}.compute)(co); err != nil {
		return err
	}
	if _, err := loop.Go(worker{}.made().compute)(co); err != nil {
		return err
	}
	_, _ = loop.ToThreadDo(blocks)(co)
	_, _ = loop.ToThread(zero[int])(co)
	go zero[int](nil) //ouro:allow this is about what it runs
	work := func(context.Context) error { time.Sleep(1); return nil }
	_, _ = loop.GoDo(work)(co)
	_, _ = loop.RunInExecutor(l, nil, func() (int, error) { time.Sleep(1); return 1, nil })
	_, _ = executor.Submit(nil, func() (int, error) { time.Sleep(1); return 1, nil })
	l.OnWake(func() { time.Sleep(1) })
	loop.RunGuest(
		func(co *coro.Co) (int, error) { time.Sleep(1); return 1, nil }, // want `time.Sleep in a coroutine`
		func(step func()) { time.Sleep(1) },
		nil,
	)
	return nil
}
