package locks_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
)

// main stands for a program's main function: it runs f on a loop with a virtual
// clock, on which an hour is over at once.
func main(f func(co *coro.Co) error) {
	if err := loop.Main(f, loop.VirtualTime(true)); err != nil {
		fmt.Println("error:", err)
	}
}

func ExampleLock() {
	main(func(co *coro.Co) error {
		var mu locks.Lock
		balance := 100
		withdraw := func(co *coro.Co, amount int) (bool, error) {
			ok := false
			err := mu.With(co, func() error {
				if balance < amount {
					return nil
				}
				// The balance cannot change here, although others run.
				if err := coro.Sleep(co, time.Second); err != nil {
					return err
				}
				balance -= amount
				ok = true
				return nil
			})
			return ok, err
		}
		paid, err := coro.Gather(co, coro.Bind(withdraw, 80), coro.Bind(withdraw, 80)).Await(co)
		fmt.Println(paid, balance)
		return err
	})
	// Output: [true false] 20
}

func ExampleLock_Acquire() {
	main(func(co *coro.Co) error {
		var mu locks.Lock
		if err := mu.Acquire(co); err != nil {
			return err // the task was canceled
		}
		defer mu.Release()
		fmt.Println("locked:", mu.Locked())
		return nil
	})
	// Output: locked: true
}

// A lock knows its owner and the tasks that wait for it.
func ExampleLock_Owner() {
	main(func(co *coro.Co) error {
		var mu locks.Lock
		mu.SetName("printer")
		use := coro.Do(func(co *coro.Co) error {
			return mu.With(co, func() error { return coro.Sleep(co, time.Minute) })
		})
		for _, name := range []string{"report", "invoice", "letter"} {
			coro.CreateTask(co, use, coro.Name(name))
		}
		if err := coro.Sleep(co, time.Second); err != nil {
			return err
		}
		fmt.Println(mu.Owner().Name(), "prints")
		for _, task := range mu.Waiters() {
			fmt.Println(task.Name(), "waits")
		}
		fmt.Println(&mu)
		return nil
	})
	// Output:
	// report prints
	// invoice waits
	// letter waits
	// <Lock "printer" [locked, waiters:2]>
}

// Two tasks take two locks in different orders. On a virtual clock the deadlock is
// found: the error names each task, the lock it waits for, and the lock's owner.
func ExampleLock_deadlock() {
	err := loop.Main(func(co *coro.Co) error {
		var left, right locks.Lock
		left.SetName("left")
		right.SetName("right")
		take := func(co *coro.Co, first, second *locks.Lock) (coro.None, error) {
			return coro.None{}, first.With(co, func() error {
				if err := coro.Sleep(co, time.Second); err != nil {
					return err
				}
				return second.With(co, func() error { return nil })
			})
		}
		return coro.Group(co, func(g *coro.TaskGroup) error {
			coro.CreateTask(g, coro.Bind2(take, &left, &right), coro.Name("A"))
			coro.CreateTask(g, coro.Bind2(take, &right, &left), coro.Name("B"))
			return nil
		})
	}, loop.VirtualTime(true), loop.OnException(nothing))
	var deadlock *loop.DeadlockError
	if errors.As(err, &deadlock) {
		for _, task := range deadlock.Tasks {
			fmt.Println(task.Name, "waits for", task.On, task.Holders)
		}
	}
	// Output:
	// Task-1 waits for task group (2 of 2 unfinished) [task "A" task "B"]
	// A waits for lock "right" [task "B"]
	// B waits for lock "left" [task "A"]
}

func ExampleEvent() {
	main(func(co *coro.Co) error {
		var ready locks.Event
		for _, name := range []string{"first", "second"} {
			coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				if err := ready.Wait(co); err != nil {
					return err
				}
				fmt.Println(name, "starts after", loop.Of(co).Time())
				return nil
			}))
		}
		if err := coro.Sleep(co, 3*time.Second); err != nil {
			return err
		}
		ready.Set()
		return coro.Sleep(co, 0)
	})
	// Output:
	// first starts after 3s
	// second starts after 3s
}

func ExampleCondition() {
	main(func(co *coro.Co) error {
		var changed locks.Condition // it has a lock of its own
		var items []string
		consumer := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			return changed.With(co, func() error {
				err := changed.WaitFor(co, func() bool { return len(items) >= 2 })
				if err != nil {
					return err
				}
				fmt.Println("got", items)
				return nil
			})
		}))
		for _, item := range []string{"bread", "butter"} {
			err := changed.With(co, func() error {
				items = append(items, item)
				return changed.Notify(1)
			})
			if err != nil {
				return err
			}
		}
		_, err := consumer.Await(co)
		return err
	})
	// Output: got [bread butter]
}

// Several conditions can share one lock.
func ExampleNewCondition() {
	main(func(co *coro.Co) error {
		var mu locks.Lock
		notEmpty, notFull := locks.NewCondition(&mu), locks.NewCondition(&mu)
		return mu.With(co, func() error {
			fmt.Println(notEmpty.Locked(), notFull.Locked())
			return notEmpty.NotifyAll()
		})
	})
	// Output: true true
}

// At most two downloads run at a time.
func ExampleSemaphore() {
	main(func(co *coro.Co) error {
		slots := locks.NewSemaphore(2)
		return coro.Group(co, func(g *coro.TaskGroup) error {
			for i := range 5 {
				coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
					return slots.With(co, func() error {
						fmt.Println(loop.Of(co).Time(), "download", i)
						return coro.Sleep(co, time.Second)
					})
				}))
			}
			return nil
		})
	})
	// Output:
	// 0s download 0
	// 0s download 1
	// 1s download 2
	// 1s download 3
	// 2s download 4
}

func ExampleBoundedSemaphore() {
	main(func(co *coro.Co) error {
		slots := locks.NewBoundedSemaphore(1)
		if err := slots.Acquire(co); err != nil {
			return err
		}
		fmt.Println(slots.Release())
		fmt.Println(slots.Release())
		return nil
	})
	// Output:
	// <nil>
	// locks: the semaphore was released too many times
}

func ExampleBarrier() {
	main(func(co *coro.Co) error {
		start := locks.NewBarrier(3)
		return coro.Group(co, func(g *coro.TaskGroup) error {
			for i := range 3 {
				coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
					if err := coro.Sleep(co, time.Duration(i)*time.Second); err != nil {
						return err
					}
					index, err := start.Wait(co)
					if err != nil {
						return err
					}
					fmt.Println(loop.Of(co).Time(), "runner", i, "came as number", index)
					return nil
				}))
			}
			return nil
		})
	})
	// Output:
	// 2s runner 2 came as number 2
	// 2s runner 0 came as number 0
	// 2s runner 1 came as number 1
}

// A block with a result gives it back. It holds a lock, a condition's or a semaphore.
func ExampleWithValue() {
	main(func(co *coro.Co) error {
		var mu locks.Lock
		next := 0
		take := func() (int, error) {
			next++
			return next, coro.Sleep(co, time.Second)
		}
		for range 2 {
			id, err := locks.WithValue(co, &mu, take)
			fmt.Println(id, err)
		}
		return nil
	})
	// Output:
	// 1 <nil>
	// 2 <nil>
}

// Who would have to wait in a long line can be turned away instead.
func ExampleSemaphore_Waiting() {
	main(func(co *coro.Co) error {
		sem := locks.NewSemaphore(1)
		request := func(co *coro.Co, name string) error {
			if sem.Waiting() >= 1 {
				fmt.Println(name, "is turned away")
				return nil
			}
			return sem.With(co, func() error {
				fmt.Println(name, "is served")
				return coro.Sleep(co, time.Second)
			})
		}
		_, err := coro.Gather(co, coro.Do1(request, "a"), coro.Do1(request, "b"), coro.Do1(request, "c")).Await(co)
		return err
	})
	// Output:
	// a is served
	// c is turned away
	// b is served
}
