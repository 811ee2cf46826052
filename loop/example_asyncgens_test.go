package loop_test

import (
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// Run closes what is left of generators at its end. A program that runs a loop itself does
// so before it closes the loop, so that their cleanup can await.
func ExampleLoop_ShutdownAsyncgens() {
	l := loop.New(loop.VirtualTime(true))
	defer func() { _ = l.Close() }()
	g := coro.NewGenerator(func(y *coro.Yielder[string]) error {
		exit := y.Yield("opened")
		fmt.Println("closing:", coro.Sleep(y.Co(), 0))
		return exit
	})
	fmt.Println(loop.RunUntilComplete(l, coro.Bind0(g.Next)))
	_, err := loop.RunUntilComplete(l, l.ShutdownAsyncgens())
	fmt.Println(err)
	// Output:
	// opened <nil>
	// closing: <nil>
	// <nil>
}
