package executor_test

import (
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/ouro-loop/ouro/executor"
)

// counting is a pool that knows how many jobs are out.
type counting struct {
	*executor.ThreadPool
	out sync.WaitGroup
}

func (c *counting) Hold() (release func()) {
	c.out.Add(1)
	return c.out.Done
}

// What executor.Submit hands to a Holder is held until it has ended, however it does.
func ExampleHolder() {
	pool, err := executor.NewThreadPool()
	if err != nil {
		panic(err)
	}
	defer pool.Close()

	c := &counting{ThreadPool: pool}
	var ended atomic.Int64
	for range 3 {
		_, err := executor.Submit(c, func() (int, error) { ended.Add(1); return 0, nil })
		if err != nil {
			panic(err)
		}
	}
	c.out.Wait()
	fmt.Println("jobs that have ended:", ended.Load())
	// Output: jobs that have ended: 3
}
