package demos

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
)

// A barrier holds those who come until there are three, and then is ready
// for the next three. Each gets an index, so that one can speak for all.
func barrier(opts ...loop.Option) error {
	meeting := locks.NewBarrier(3)

	hike := func(co *coro.Co, name string, d time.Duration) error {
		for _, place := range []string{"hut", "summit"} {
			if err := coro.Sleep(co, d); err != nil {
				return err
			}
			fmt.Println(name, "has come to the", place)
			index, err := meeting.Wait(co)
			if err != nil {
				return err
			}
			if index == 0 {
				fmt.Println("All are at the", place)
			}
		}
		return nil
	}

	main := func(co *coro.Co) error {
		_, err := coro.Gather(co,
			coro.Do2(hike, "Ann", 200*time.Millisecond),
			coro.Do2(hike, "Bob", 300*time.Millisecond),
			coro.Do2(hike, "Cid", 100*time.Millisecond),
		).Await(co)
		return err
	}

	return loop.Main(main, opts...)
}
