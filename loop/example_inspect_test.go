package loop_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

func poll(co *coro.Co) error { return coro.Sleep(co, time.Minute) }

// Another goroutine, as a monitor's, asks what a loop does.
func ExampleInspect() {
	monitor := func(l *loop.Loop) func(context.Context) (bool, error) {
		return func(ctx context.Context) (bool, error) {
			s, err := loop.Inspect(ctx, l)
			if err != nil {
				return false, err
			}
			for _, t := range s.Tasks {
				fmt.Println(t.Name, t.State, t.On.Kind, t.On.Left, t.Timeouts)
			}
			return true, nil
		}
	}
	err := loop.Main(func(co *coro.Co) error {
		coro.CreateTask(co, coro.Do(poll), coro.Name("poller"))
		if err := coro.Sleep(co, 0); err != nil { // the poller begins
			return err
		}
		return coro.Timeout(co, time.Hour, func(*coro.TimeoutScope) error {
			_, err := loop.Go(monitor(loop.Of(co)))(co)
			return err
		})
	}, loop.VirtualTime(true))
	fmt.Println(err)
	// Output:
	// Task-1 waiting goroutine 0s [1h0m0s]
	// poller waiting sleep 1m0s []
	// <nil>
}

func ExampleSnapshot_WritePSTree() {
	err := loop.Main(func(co *coro.Co) error {
		loop.Of(co).CallLater(time.Second, func() { _ = loop.Of(co).Snapshot().WritePSTree(os.Stdout) })
		return coro.Group(co, func(g *coro.TaskGroup) error {
			a := coro.CreateTask(g, coro.Do(poll), coro.Name("a"))
			coro.CreateTask(g, coro.Do(func(co *coro.Co) error { return coro.Await(co, a) }), coro.Name("b"))
			return nil
		})
	}, loop.VirtualTime(true))
	fmt.Println(err)
	// Output:
	// loop  virtual time 1s  tasks 3  ready 0  timers 1  outside 0
	// Task-1  task group (2 of 2 unfinished)  loop_test.ExampleSnapshot_WritePSTree.func1
	// ├─ a  sleep, 59s left  loop_test.poll
	// └─ b  task "a"  loop_test.ExampleSnapshot_WritePSTree.func1.2.1
	//    └─ a  (above)
	// <nil>
}
