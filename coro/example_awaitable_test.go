package coro_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// retrying awaits a coroutine again and again until it succeeds. It can be given
// to everything that takes a coroutine, a future or a task.
type retrying[T any] struct {
	try   coro.Func[T]
	times int
}

func (r retrying[T]) Await(w future.Waiter) (v T, err error) {
	for range r.times {
		v, err = r.try.Await(w)
		if err == nil || future.IsCanceled(err) {
			return v, err
		}
		fmt.Println("failed:", err)
	}
	return v, fmt.Errorf("giving up: %w", err)
}

// Whatever has an Await method is an awaitable.
func ExampleAwaitable() {
	calls := 0
	connect := func(co *coro.Co) (string, error) {
		if calls++; calls < 3 {
			return "", errors.New("busy")
		}
		return "connected", coro.Sleep(co, time.Second)
	}
	main := func(co *coro.Co) error {
		fmt.Println(coro.WaitFor(co, retrying[string]{connect, 5}, time.Minute))
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// failed: busy
	// failed: busy
	// connected <nil>
}

// document is loaded by the first who awaits it, and known from then on.
type document struct {
	url, text string
}

func (d *document) load(co *coro.Co) (string, error) {
	if d.text == "" {
		if err := coro.Sleep(co, time.Second); err != nil {
			return "", err
		}
		d.text = "the text of " + d.url
	}
	return d.text, nil
}

// Await runs load, which needs a Co, as a Func.
func (d *document) Await(w future.Waiter) (string, error) { return coro.Bind0(d.load).Await(w) }

// An Await of one's own that suspends leaves it to a Func to find the Co.
func ExampleAwaitable_method() {
	main := func(co *coro.Co) error {
		d := &document{url: "/index"}
		for range 2 {
			text, err := coro.WaitFor(co, d, time.Minute)
			fmt.Println(text, err, co.Time())
		}
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// the text of /index <nil> 1s
	// the text of /index <nil> 1s
}
