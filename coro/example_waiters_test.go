package coro_test

import (
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// A gate lets through those who came before it was opened. Its zero value is shut.
type gate struct {
	bound   coro.Bound
	waiters coro.Waiters
}

func (g *gate) Describe() string { return "a gate" } // for reports

func (g *gate) Pass(co *coro.Co) error {
	if err := g.bound.Bind(co, g); err != nil {
		return err
	}
	_, err := g.waiters.Wait(co, g)
	return err
}

func (g *gate) Open() { g.waiters.WakeAll() }

// Waiters is what synchronization primitives of one's own are made of.
func ExampleWaiters() {
	var g gate
	pass := func(co *coro.Co) error {
		if err := g.Pass(co); err != nil {
			return err
		}
		fmt.Println(co.Name(), "is through")
		return nil
	}
	main := func(co *coro.Co) error {
		return coro.Group(co, func(group *coro.TaskGroup) error {
			coro.CreateTask(group, coro.Do(pass), coro.Name("first"))
			coro.CreateTask(group, coro.Do(pass), coro.Name("second"))
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
			fmt.Println(g.waiters.Len(), "wait")
			g.Open()
			return nil
		})
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 2 wait
	// first is through
	// second is through
}
