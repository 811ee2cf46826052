package museum

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// The limit's own cancel request is counted together with the earlier one.
// At the end of the block the limit takes the cancellation for its own.
func timeoutZeroTrap(opts ...loop.Option) error {
	job := func(co *coro.Co) error {
		me := co.Task()
		me.Cancel() // say, the server is being shut down
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
