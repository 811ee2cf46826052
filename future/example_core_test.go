package future_test

import (
	"errors"
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// A door can be awaited. It is a future of its own kind, and says so in reports.
type door struct{ opened future.Core }

func newDoor(l *loop.Loop) *door {
	d := &door{}
	d.opened.Init(l, d)
	return d
}

func (d *door) Describe() string { return "an open door" }

func (d *door) Open() bool { return d.opened.Finish() }

func (d *door) Await(w future.Waiter) (string, error) {
	if !d.opened.Done() {
		if err := w.Suspend(&d.opened); err != nil {
			return "", err
		}
	}
	return "come in", d.opened.Err()
}

// Futures of one's own kind are built on Core, and a Role that describes them.
func ExampleCore() {
	main := func(co *coro.Co) error {
		l := loop.Of(co)
		d := newDoor(l)
		l.CallSoon(func() { d.Open() })
		fmt.Println(d.Await(co))

		_, err := newDoor(l).Await(co) // which nobody opens
		return err
	}
	var deadlock *loop.DeadlockError
	if err := loop.Main(main, loop.VirtualTime(true)); errors.As(err, &deadlock) {
		fmt.Println(deadlock.Tasks[0].Name, "waits for", deadlock.Tasks[0].On)
	}
	// Output:
	// come in <nil>
	// Task-1 waits for an open door
}
