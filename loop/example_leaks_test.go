package loop_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/queues"
)

// leaveAll leaves a task, an error and a timer behind.
func leaveAll(co *coro.Co) error {
	coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return coro.Sleep(co, coro.Forever) }),
		coro.Name("service"), coro.Quiet()) // meant to be left
	coro.CreateTask(co, coro.Do(func(*coro.Co) error { return errors.New("card refused") }), coro.Name("charge"))
	outbox := queues.New[string](10)
	outbox.SetName("outbox")
	coro.CreateTask(co, outbox.Get, coro.Name("mailer"))
	loop.Of(co).CallLater(30*time.Second, refresh)
	return coro.Sleep(co, time.Second)
}

// What main leaves behind is the error of Run.
func ExampleReportLeaks() {
	err := loop.Main(leaveAll, loop.VirtualTime(true), loop.ReportLeaks(true))
	fmt.Println(err)
	// Output:
	// loop: closed with 3 leaks
	//   task "mailer" never awaited, waits for an item of queue "outbox" (queues.(*Queue[...]).Get)
	//   error never retrieved: card refused (task "charge")
	//   timer in 29 s for loop_test.refresh
}

// A test looks at the values.
func ExampleLeaks() {
	err := loop.Main(leaveAll, loop.VirtualTime(true), loop.ReportLeaks(true))
	for _, leak := range loop.Leaks(err) {
		fmt.Println(leak.Kind, leak.Name)
	}
	// Output:
	// task mailer
	// error charge
	// timer github.com/ouro-loop/ouro/loop_test.refresh
}
