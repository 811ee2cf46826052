package loop_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

func ExampleRecordTo() {
	main := coro.Func[int](func(co *coro.Co) (int, error) {
		return loop.ToThread(func(context.Context) (int, error) { return rand.Int(), nil })(co)
	})
	var file bytes.Buffer
	first, err := loop.Run(main, loop.RecordTo(&file))
	if err != nil {
		fmt.Println(err)
	}
	again, err := loop.Run(main, loop.ReplayFrom(&file))
	fmt.Println(first == again, err)
	// Output: true <nil>
}

func ExampleReplayFrom() {
	main := func(co *coro.Co) error { return nil }
	fmt.Println(loop.Main(main, loop.ReplayFrom(bytes.NewReader([]byte("hello")))))
	// Output: loop: this cannot be replayed: it is no record of a loop
}

func ExampleRecorded() {
	main := coro.Func[string](func(co *coro.Co) (string, error) {
		return loop.Recorded(co, func() (string, error) { return fmt.Sprint(rand.Int()), nil })
	})
	var file bytes.Buffer
	first, _ := loop.Run(main, loop.RecordTo(&file))
	again, _ := loop.Run(main, loop.ReplayFrom(&file))
	fmt.Println(first == again)
	// Output: true
}
