package queues_test

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/queues"
)

// main stands for a program's main function: it runs f on a loop with a virtual
// clock, on which an hour is over at once.
func main(f func(co *coro.Co) error) {
	if err := loop.Main(f, loop.VirtualTime(true)); err != nil {
		fmt.Println("error:", err)
	}
}

// Three workers share out twenty seconds of work.
func ExampleQueue() {
	main(func(co *coro.Co) error {
		var jobs queues.Queue[time.Duration]
		for i := range 20 {
			if err := jobs.PutNowait(time.Duration(500+i%3*500) * time.Millisecond); err != nil {
				return err
			}
		}
		worker := coro.Do(func(co *coro.Co) error {
			for {
				d, err := jobs.Get(co)
				if err != nil {
					return err // canceled
				}
				if err := coro.Sleep(co, d); err != nil {
					return err
				}
				if err := jobs.TaskDone(); err != nil {
					return err
				}
			}
		})
		var workers []*coro.Task[coro.None]
		for range 3 {
			workers = append(workers, coro.CreateTask(co, worker))
		}
		if err := jobs.Join(co); err != nil {
			return err
		}
		for _, w := range workers {
			w.Cancel()
		}
		_, err := coro.GatherErrors(co, workers...).Await(co)
		fmt.Println("done after", loop.Of(co).Time())
		return err
	})
	// Output: done after 7s
}

// A queue with a bound holds its producer up until the consumer has kept pace.
func ExampleNew() {
	main(func(co *coro.Co) error {
		q := queues.New[int](1)
		coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			for i := range 3 {
				if err := q.Put(co, i); err != nil {
					return err
				}
				fmt.Println(loop.Of(co).Time(), "put", i)
			}
			q.Shutdown(false)
			return nil
		}))
		for v, err := range q.All(co) {
			if err != nil {
				return err
			}
			fmt.Println(loop.Of(co).Time(), "got", v)
			if err := coro.Sleep(co, time.Second); err != nil {
				return err
			}
		}
		return nil
	})
	// Output:
	// 0s put 0
	// 0s got 0
	// 0s put 1
	// 1s got 1
	// 1s put 2
	// 2s got 2
}

func ExampleQueue_All() {
	main(func(co *coro.Co) error {
		var q queues.Queue[string]
		for _, word := range []string{"to", "be", "or"} {
			if err := q.PutNowait(word); err != nil {
				return err
			}
		}
		q.Shutdown(false) // what is in the queue can still be taken out
		for word, err := range q.All(co) {
			if err != nil {
				return err
			}
			fmt.Println(word)
		}
		return nil
	})
	// Output:
	// to
	// be
	// or
}

func ExampleQueue_Shutdown() {
	main(func(co *coro.Co) error {
		q := queues.New[int](0)
		consumer := coro.CreateTask(co, q.Get)
		if err := coro.Sleep(co, 0); err != nil {
			return err
		}
		q.Shutdown(false)
		_, err := consumer.Await(co)
		fmt.Println(err)
		fmt.Println(q.PutNowait(1))
		return nil
	})
	// Output:
	// queues: queue shut down
	// queues: queue shut down
}

func ExampleLifoQueue() {
	main(func(co *coro.Co) error {
		var undo queues.LifoQueue[string]
		for _, step := range []string{"type", "cut", "paste"} {
			if err := undo.Put(co, step); err != nil {
				return err
			}
		}
		last, err := undo.Get(co)
		fmt.Println("undo", last)
		return err
	})
	// Output: undo paste
}

func ExampleNewPriority() {
	main(func(co *coro.Co) error {
		q := queues.NewPriority[int](0)
		for _, v := range []int{3, 1, 2} {
			if err := q.Put(co, v); err != nil {
				return err
			}
		}
		for !q.Empty() {
			v, err := q.Get(co)
			if err != nil {
				return err
			}
			fmt.Println(v)
		}
		return nil
	})
	// Output:
	// 1
	// 2
	// 3
}

func ExamplePriorityQueue() {
	type alarm struct {
		urgency int
		text    string
	}
	main(func(co *coro.Co) error {
		q := queues.NewPriorityFunc(0, func(a, b alarm) bool { return a.urgency > b.urgency })
		for _, a := range []alarm{{1, "tea is ready"}, {9, "fire"}, {5, "phone"}} {
			if err := q.Put(co, a); err != nil {
				return err
			}
		}
		first, err := q.Get(co)
		fmt.Println(first.text)
		return err
	})
	// Output: fire
}
