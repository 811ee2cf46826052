package demos

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
)

// A semaphore of two lets two of the five requests run at a time. The
// others wait in line, and each begins when one before it has ended.
func rateLimit(opts ...loop.Option) error {
	slots := locks.NewSemaphore(2)

	request := func(co *coro.Co, name string, d time.Duration) error {
		return slots.With(co, func() error {
			fmt.Println(name + ": begins")
			if err := coro.Sleep(co, d); err != nil {
				return err
			}
			fmt.Println(name + ": ends")
			return nil
		})
	}

	main := func(co *coro.Co) error {
		_, err := coro.Gather(co,
			coro.Do2(request, "a", 300*time.Millisecond),
			coro.Do2(request, "b", 100*time.Millisecond),
			coro.Do2(request, "c", 100*time.Millisecond),
			coro.Do2(request, "d", 200*time.Millisecond),
			coro.Do2(request, "e", 200*time.Millisecond),
		).Await(co)
		return err
	}

	return loop.Main(main, opts...)
}
