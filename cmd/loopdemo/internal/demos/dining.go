package demos

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
)

// Philosophers at a round table share a fork with each neighbor, and eat
// with two. If each takes the left one first, they wait for each other in
// a circle. Only virtual time can tell that nothing will ever happen
// again, so the first dinner always has it. The cure is an order: each
// takes the fork with the lower number first.
func dining(opts ...loop.Option) error {
	names := []string{"Aristotle", "Kant", "Spinoza", "Marx", "Russell"}

	dine := func(co *coro.Co, first, second *locks.Lock) error {
		return first.With(co, func() error {
			if err := coro.Sleep(co, 100*time.Millisecond); err != nil {
				return err
			}
			return second.With(co, func() error {
				fmt.Println(co.Name(), "eats")
				return coro.Sleep(co, 100*time.Millisecond)
			})
		})
	}

	dinner := func(co *coro.Co, ordered bool) error {
		forks := make([]locks.Lock, len(names))
		return coro.Group(co, func(g *coro.TaskGroup) error {
			for i, name := range names {
				forks[i].SetName(fmt.Sprint("fork ", i))
				first, second := i, (i+1)%len(forks)
				if ordered {
					first, second = min(first, second), max(first, second)
				}
				philosopher := coro.Do2(dine, &forks[first], &forks[second])
				coro.CreateTask(g, philosopher, coro.Name(name))
			}
			return nil
		})
	}

	fmt.Println("The left fork first:")
	told := loop.OnException(func(*loop.Loop, future.ErrorContext) {}) // below
	virtual := append([]loop.Option{loop.VirtualTime(true), told}, opts...)
	_, err := loop.Run(coro.Do1(dinner, false), virtual...)
	var deadlock *loop.DeadlockError
	if !errors.As(err, &deadlock) {
		return err
	}
	fmt.Println("Deadlock!")
	for _, task := range deadlock.Tasks {
		fmt.Println(" ", task)
	}
	fmt.Println("  in a circle:", strings.Join(deadlock.Circles[0], ", "))

	fmt.Println("The lower number first:")
	_, err = loop.Run(coro.Do1(dinner, true), opts...)
	return err
}
