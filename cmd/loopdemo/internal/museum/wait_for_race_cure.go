package museum

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// A time limit around an await passes the cancellation on, in every
// version.
func waitForRaceCure(opts ...loop.Option) error {
	type answers = *future.Future[int]

	limited := func(co *coro.Co, answer answers, d time.Duration) (int, error) {
		return coro.TimeoutValue(co, d, func(*coro.TimeoutScope) (int, error) {
			return answer.Await(co)
		})
	}

	main := func(co *coro.Co) error {
		answer := coro.NewFuture[int](co)
		task := coro.CreateTask(co, coro.Bind2(limited, answer, 10*time.Second))
		if err := coro.Sleep(co, 0); err != nil {
			return err
		}
		if err := answer.SetResult(42); err != nil {
			return err
		}
		task.Cancel()
		result, err := task.Await(co)
		switch {
		case err == nil:
			fmt.Println("went on with", result, "as if nobody had cancelled")
		case future.IsCanceled(err):
			fmt.Println("cancelled")
			err = nil
		}
		return err
	}

	return loop.Main(main, opts...)
}
