package demos

import (
	"context"
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// ToThread takes what blocks off the loop, which goes on meanwhile. The
// work takes its two seconds whatever clock the loop has: virtual time
// waits for it.
//
//ouro:allow it shows the real time
func toThread(opts ...loop.Option) error {
	clock := func() string { return time.Now().Format(time.TimeOnly) }

	work := func(context.Context) error {
		fmt.Println("Work started", clock())
		time.Sleep(2 * time.Second) // blocks
		fmt.Println("Work done at", clock())
		return nil
	}

	main := func(co *coro.Co) error {
		fmt.Println("Started main at", clock())
		_, err := coro.Gather(co,
			loop.ToThreadDo(work),
			coro.Do1(coro.Sleep, time.Second),
		).Await(co)
		if err != nil {
			return err
		}
		fmt.Println("Finished main at", clock())
		return nil
	}

	return loop.Main(main, opts...)
}
