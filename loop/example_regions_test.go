package loop_test

import (
	"bytes"
	"fmt"
	rtrace "runtime/trace"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// An execution trace, for go tool trace, has the steps of tasks.
func ExampleRegions() {
	var file bytes.Buffer
	if err := rtrace.Start(&file); err != nil {
		fmt.Println(err)
		return
	}
	err := loop.Main(func(co *coro.Co) error {
		return coro.Sleep(co, time.Millisecond)
	}, loop.Regions(true))
	rtrace.Stop()
	fmt.Println(err, bytes.Contains(file.Bytes(), []byte("ExampleRegions.func1")))
	// Output: <nil> true
}
