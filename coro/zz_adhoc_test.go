package coro_test

import (
	"fmt"
	"testing"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

func TestAdhoc(t *testing.T) {
	l := newLoop(t)
	var a, b *coro.Task[int]
	a = coro.CreateTask(l, func(co *coro.Co) (int, error) {
		v, err := b.Await(co)
		fmt.Println("a", v, err)
		return v, err
	})
	b = coro.CreateTask(l, func(co *coro.Co) (int, error) {
		v, err := a.Await(co)
		fmt.Println("b", v, err)
		return v, err
	})
	briefly(t, l)
	a.Cancel()
	a.Uncancel()
	briefly(t, l)
	fmt.Println(a, b)
	briefly(t, l)
	fmt.Println(a, b)
	_, err := loop.RunUntilComplete(l, b)
	fmt.Println(err)
	_ = a.Err()
	// resolved from outside
	c := coro.CreateTask(l, returning(1, nil))
	future.Resolve(&c.Future, 5)
	briefly(t, l)
	fmt.Println(len(coro.AllTasks(l)), c)
}
