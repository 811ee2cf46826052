package loop_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/loop"
)

// A pool of one's own: here one thread, for a library that is used by one at a
// time.
func ExampleRunInExecutor() {
	pool, err := executor.NewThreadPool(executor.MaxWorkers(1), executor.LockOSThread())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pool.Close()

	main := func(co *coro.Co) error {
		upper, err := loop.RunInExecutor(loop.Of(co), pool, func() (string, error) {
			return strings.ToUpper("done by the pool"), nil
		})
		if err != nil { // the pool has been shut down
			return err
		}
		fmt.Println(upper.Await(co))
		return nil
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output: DONE BY THE POOL <nil>
}

// inlineExecutor runs every job on the spot: slow work holds up the loop, and nothing else
// goes on beside it.
type inlineExecutor struct{}

func (inlineExecutor) Execute(job executor.Job) error {
	fmt.Println("a job")
	job.Run()
	return nil
}

func (inlineExecutor) Shutdown(executor.Pending) <-chan struct{} {
	ended := make(chan struct{})
	close(ended)
	return ended
}

// Anything that runs jobs can be the default executor, which ToThread uses.
func ExampleLoop_SetDefaultExecutor() {
	main := func(co *coro.Co) error {
		loop.Of(co).SetDefaultExecutor(inlineExecutor{})
		fmt.Println(loop.ToThread(func(context.Context) (int, error) { return 42, nil })(co))
		return nil
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output:
	// a job
	// 42 <nil>
}

// The default executor of a loop that is driven by hand is shut down by hand; Run
// does it by itself.
func ExampleLoop_ShutdownDefaultExecutor() {
	l := loop.New()
	defer l.Close()

	work := loop.ToThread(func(context.Context) (string, error) { return "done", nil })
	fmt.Println(loop.RunUntilComplete(l, work))

	if _, err := loop.RunUntilComplete(l, l.ShutdownDefaultExecutor(time.Minute)); err != nil {
		fmt.Println(err)
	}
	_, err := loop.RunUntilComplete(l, work)
	fmt.Println(errors.Is(err, loop.ErrExecutorShutdown))
	// Output:
	// done <nil>
	// true
}
