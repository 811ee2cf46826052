package museum

import (
	"context"
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// On the loop, await. Other goroutines may wait for the loop, which does
// not wait for them.
func waitingForOneselfCure(opts ...loop.Option) error {
	answer := func(*coro.Co) (int, error) {
		return 42, nil
	}

	main := func(co *coro.Co) error {
		result, err := answer(co)
		if err != nil {
			return err
		}
		fmt.Println("answer:", result)

		l := loop.Of(co)
		otherThread := func(ctx context.Context) (int, error) {
			return loop.SubmitAndWait(ctx, l, answer)
		}
		if result, err = loop.ToThread(otherThread)(co); err != nil {
			return err
		}
		fmt.Println("answer:", result)
		return nil
	}

	return loop.Main(main, opts...)
}
