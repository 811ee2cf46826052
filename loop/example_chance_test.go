package loop_test

import (
	"fmt"
	"io"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// Tries again after a time that is left to chance, and does the same in each test.
func ExampleLoop_Rand() {
	_ = loop.Main(func(co *coro.Co) error {
		l := loop.Of(co)
		for range 3 {
			if err := coro.Sleep(co, time.Duration(l.Rand().Int64N(int64(time.Second)))); err != nil {
				return err
			}
			fmt.Println(l.Time().Round(time.Millisecond))
		}
		return nil
	}, loop.VirtualTime(true), loop.Seed(7))
	// Output:
	// 270ms
	// 569ms
	// 685ms
}

// The identities of a program that does the same each time.
func ExampleLoop_Entropy() {
	l := loop.New(loop.Seed(7))
	defer l.Close()
	id := make([]byte, 8)
	_, _ = io.ReadFull(l.Entropy(), id) // which never fails
	fmt.Printf("%x\n", id)
	// Output: 0e42d4cae8864908
}
