// Package forgotten has every kind of forgotten await that go vet finds with the flags in
// the README: on the lines with a "want", and on no others.
package forgotten

import (
	"context"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
)

func fetch(co *coro.Co, page int) (string, error) { return "", coro.Sleep(co, time.Second) }

func store(co *coro.Co) error { return nil }

func compute(context.Context) (int, error) { return 1, nil }

func forgetful(co *coro.Co) error {
	coro.Sleep(co, time.Second) // want: swallows a cancellation

	coro.Bind(fetch, 1)                                                // want: never runs
	coro.Do(store)                                                     // want: never runs
	coro.BindEach(fetch, []int{1, 2})                                  // want: none of them ever runs
	loop.ToThread(compute)                                             // want: never runs
	loop.Go(compute)                                                   // want: never runs
	coro.Gather(co, coro.Bind(fetch, 1))                               // want: nobody waits
	coro.GatherSettled(co, coro.Bind(fetch, 1))                        // want: nobody waits
	coro.Shield(co, coro.Bind(fetch, 1))                               // want: nobody waits
	coro.WaitFor(co, coro.Bind(fetch, 1), time.Second)                 // want: swallows a timeout
	coro.Await(co, coro.NewFuture[int](co))                            // want: swallows an error
	coro.Timeout(co, 1, func(*coro.TimeoutScope) error { return nil }) // want: swallows a timeout
	coro.Group(co, func(*coro.TaskGroup) error { return nil })         // want: swallows what its tasks returned
	return nil
}

func careful(co *coro.Co) error {
	coro.CreateTask(co, coro.Bind(fetch, 1)) // runs, and the loop holds it
	_ = coro.Sleep(co, 0)                    // says that it is meant
	var mu locks.Lock
	mu.Acquire(co) // is a method: for errcheck
	if _, err := coro.Gather(co, coro.Bind(fetch, 1)).Await(co); err != nil {
		return err
	}
	return coro.Sleep(co, time.Second)
}
