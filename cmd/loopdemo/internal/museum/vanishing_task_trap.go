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

// The loop holds every task that has not ended, and the task holds what it
// waits for. So the collector finds nothing to take here.
func vanishingTaskTrap(opts ...loop.Option) error {
	var listeners []weak.Pointer[future.Future[string]]

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
		coro.CreateTask(co, coro.Do(listen)) // the program does not keep it
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

	log := func(_ *loop.Loop, c future.ErrorContext) {
		fmt.Println("log:", c.Message)
	}
	return loop.Main(main, append([]loop.Option{loop.OnException(log)}, opts...)...)
}
