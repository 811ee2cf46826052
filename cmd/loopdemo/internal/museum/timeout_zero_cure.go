package museum

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// A task that may have been canceled awaits once before it sets a limit of
// zero.
func timeoutZeroCure(opts ...loop.Option) error {
	job := func(co *coro.Co) error {
		me := co.Task()
		me.Cancel()
		if me.Canceling() > 0 {
			// a request that is there is seen
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
		}
		err := coro.Timeout(co, 0, func(*coro.TimeoutScope) error {
			return coro.Sleep(co, time.Second)
		})
		switch {
		case future.IsTimeout(err):
			fmt.Println("a timeout, nothing else; requests left:", me.Canceling())
		case err != nil:
			return err
		}
		fmt.Println("the job goes on")
		return nil
	}

	main := func(co *coro.Co) error {
		_, err := coro.CreateTask(co, coro.Do(job)).Await(co)
		if future.IsCanceled(err) {
			fmt.Println("cancelled")
			err = nil
		}
		return err
	}

	return loop.Main(main, opts...)
}
