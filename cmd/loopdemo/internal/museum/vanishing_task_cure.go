package museum

import (
	"fmt"
	"runtime"
	"time"
	"weak"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// The program keeps the task until it is done. Python needs that; here it
// changes nothing.
func vanishingTaskCure(opts ...loop.Option) error {
	var listeners []weak.Pointer[future.Future[string]]
	tasks := map[*coro.Task[coro.None]]bool{}

	listen := func(co *coro.Co) error {
		letter := coro.NewFuture[string](co)
		listeners = append(listeners, weak.Make(letter))
		fmt.Println("listening")
		text, err := letter.Await(co)
		if err != nil {
			return err
		}
		fmt.Println("got", text)
		return nil
	}

	main := func(co *coro.Co) error {
		task := coro.CreateTask(co, coro.Do(listen))
		tasks[task] = true // kept until it is done
		task.AddDoneCallback(func() { delete(tasks, task) })
		if err := coro.Sleep(co, 0); err != nil {
			return err
		}
		runtime.GC()
		for _, listener := range listeners {
			if letter := listener.Value(); letter != nil {
				if err := letter.SetResult("a letter"); err != nil {
					return err
				}
			}
		}
		if err := coro.Sleep(co, 10*time.Millisecond); err != nil {
			return err
		}
		fmt.Println("end of main")
		return nil
	}

	return loop.Main(main, opts...)
}
