package docs_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/queues"
)

// run stands for a program's main: on a virtual clock an hour is over at once.
func run(main func(co *coro.Co) error) {
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println("error:", err)
	}
}

func brew(co *coro.Co, what string, d time.Duration) (string, error) {
	if err := coro.Sleep(co, d); err != nil {
		return "", err
	}
	return what + " is ready", nil
}

func Example_portingProgram() {
	main := func(co *coro.Co) error {
		tea := coro.CreateTask(co, coro.Bind2(brew, "tea", 3*time.Minute))
		coffee, err := brew(co, "coffee", time.Minute)
		if err != nil {
			return err
		}
		fmt.Println(coffee)
		fmt.Println(tea.Await(co))
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// coffee is ready
	// tea is ready <nil>
}

func Example_portingRunner() {
	r := loop.NewRunner(loop.VirtualTime(true))
	defer r.Close()
	for _, what := range []string{"tea", "coffee"} {
		fmt.Println(loop.RunIn(r, coro.Bind2(brew, what, time.Minute)))
	}
	// Output:
	// tea is ready <nil>
	// coffee is ready <nil>
}

func retry[T any](times int, f coro.Func[T]) coro.Func[T] {
	return func(co *coro.Co) (v T, err error) {
		for i := range times {
			if v, err = f(co); err == nil || future.IsCanceled(err) {
				break
			}
			if err := coro.Sleep(co, time.Second<<i); err != nil {
				return v, err
			}
		}
		return v, err
	}
}

func Example_portingClosure() {
	left := 2
	ask := func(co *coro.Co) (string, error) {
		if left--; left >= 0 {
			return "", errors.New("busy")
		}
		return "hello", nil
	}
	run(func(co *coro.Co) error {
		answer, err := retry(5, ask)(co)
		fmt.Println(answer, "after", loop.Of(co).Time())
		return err
	})
	// Output: hello after 3s
}

func Example_portingGroup() {
	run(func(co *coro.Co) error {
		var tea, coffee *coro.Task[string]
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			tea = coro.CreateTask(g, coro.Bind2(brew, "tea", 3*time.Minute))
			coffee = coro.CreateTask(g, coro.Bind2(brew, "coffee", time.Minute))
			return nil
		})
		if err != nil {
			return err
		}
		fmt.Println(tea.Result())
		fmt.Println(coffee.Result())
		return nil
	})
	// Output:
	// tea is ready <nil>
	// coffee is ready <nil>
}

func Example_portingGather() {
	run(func(co *coro.Co) error {
		var cups []*coro.Task[string]
		for _, what := range []string{"tea", "coffee"} {
			cups = append(cups, coro.CreateTask(co, coro.Bind2(brew, what, time.Minute)))
		}
		texts, err := coro.Gather(co, coro.Each(cups)...).Await(co)
		fmt.Println(texts)
		return err
	})
	// Output: [tea is ready coffee is ready]
}

// conn stands for something that takes awaits to open and to close.
type conn struct{ addr string }

func dial(co *coro.Co, addr string) (*conn, error) {
	err := coro.Sleep(co, time.Second)
	return &conn{addr}, err
}

func (c *conn) close(co *coro.Co) error {
	defer func() { fmt.Println(c.addr, "closed at", loop.Of(co).Time()) }()
	return coro.Sleep(co, time.Second)
}

func withConn(co *coro.Co, addr string, body func(c *conn) error) (err error) {
	c, err := dial(co, addr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close(co)) }()
	return body(c)
}

func Example_portingWith() {
	run(func(co *coro.Co) error {
		task := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			return withConn(co, "db:5432", func(c *conn) error {
				return coro.Sleep(co, time.Hour)
			})
		}))
		if err := coro.Sleep(co, time.Minute); err != nil {
			return err
		}
		task.Cancel()
		_, err := task.Await(co)
		fmt.Println(err, future.IsCanceled(err))
		return nil
	})
	// Output:
	// db:5432 closed at 1m1s
	// canceled true
}

func Example_portingLock() {
	var mu locks.Lock
	balance := 0
	run(func(co *coro.Co) error {
		deposit := func(co *coro.Co, amount int) error {
			return mu.With(co, func() error {
				before := balance
				if err := coro.Sleep(co, time.Second); err != nil {
					return err
				}
				balance = before + amount
				return nil
			})
		}
		_, err := coro.Gather(co, coro.Do1(deposit, 10), coro.Do1(deposit, 32)).Await(co)
		fmt.Println(balance)
		return err
	})
	// Output: 42
}

func ticks(co *coro.Co, every time.Duration) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		defer fmt.Println("no more ticks")
		for i := 1; ; i++ {
			err := coro.Sleep(co, every)
			if !yield(i, err) || err != nil {
				return
			}
		}
	}
}

func Example_portingGenerator() {
	run(func(co *coro.Co) error {
		for i, err := range ticks(co, time.Minute) {
			if err != nil {
				return err
			}
			if fmt.Println(i); i == 2 {
				break
			}
		}
		return nil
	})
	// Output:
	// 1
	// 2
	// no more ticks
}

func clock(every time.Duration) *coro.Generator[int] {
	return coro.NewGenerator(func(y *coro.Yielder[int]) error {
		defer fmt.Println("no more ticks")
		for i := 1; ; i++ {
			if err := coro.Sleep(y.Co(), every); err != nil {
				return err
			}
			if err := y.Yield(i); err != nil {
				return err
			}
		}
	})
}

func Example_portingAnext() {
	run(func(co *coro.Co) error {
		g := clock(time.Minute)
		defer g.Close(co)
		first, err := g.Next(co)
		if err != nil {
			return err
		}
		second, err := coro.CreateTask(co, g.Next).Await(co)
		fmt.Println(first, second)
		return err
	})
	// Output:
	// 1 2
	// no more ticks
}

func poll(co *coro.Co, ask coro.Func[string]) error {
	for {
		answer, err := ask(co)
		switch {
		case future.IsCanceled(err):
			return err // "except Exception" lets it through, "err != nil" does not
		case err != nil:
			fmt.Println("will ask again:", err)
		default:
			fmt.Println(answer)
		}
		if err := coro.Sleep(co, time.Minute); err != nil {
			return err
		}
	}
}

func Example_portingCancellation() {
	asked := 0
	ask := func(co *coro.Co) (string, error) {
		if asked++; asked%2 == 0 {
			return "", errors.New("no answer")
		}
		return "fine", coro.Sleep(co, time.Second)
	}
	run(func(co *coro.Co) error {
		task := coro.CreateTask(co, coro.Do1(poll, coro.Bind0(ask)))
		if err := coro.Sleep(co, 2*time.Minute); err != nil {
			return err
		}
		task.Cancel()
		_, err := task.Await(co)
		fmt.Println(err)
		return nil
	})
	// Output:
	// fine
	// will ask again: no answer
	// canceled
}

func Example_portingTimeout() {
	run(func(co *coro.Co) error {
		var cup string
		err := coro.Timeout(co, time.Minute, func(t *coro.TimeoutScope) (err error) {
			cup, err = brew(co, "tea", 3*time.Minute)
			return err
		})
		if errors.Is(err, context.DeadlineExceeded) {
			cup, err = "water", nil
		}
		fmt.Println(cup, err)
		return nil
	})
	// Output: water <nil>
}

func Example_portingQueue() {
	run(func(co *coro.Co) error {
		jobs := queues.New[int](2)
		worker := func(co *coro.Co) error {
			for job, err := range jobs.All(co) {
				if err != nil {
					return err // canceled
				}
				fmt.Println("did", job)
				if err := jobs.TaskDone(); err != nil {
					return err
				}
			}
			fmt.Println("shut down")
			return nil
		}
		task := coro.CreateTask(co, coro.Do(worker))
		for job := range 3 {
			if err := jobs.Put(co, job); err != nil {
				return err // canceled, or queues.ErrShutDown
			}
		}
		jobs.Shutdown(false)
		_, err := task.Await(co)
		return err
	})
	// Output:
	// did 0
	// did 1
	// did 2
	// shut down
}

var user = coro.NewVar("user", "nobody")

func Example_portingVars() {
	greet := func(co *coro.Co) error {
		fmt.Println("hello", user.Get(co))
		user.Set(co, "somebody else") // in this task only
		return nil
	}
	run(func(co *coro.Co) error {
		token := user.Set(co, "ada")
		task := coro.CreateTask(co, coro.Do(greet))
		if err := user.Reset(co, token); err != nil {
			return err
		}
		_, err := task.Await(co)
		fmt.Println("here it is", user.Get(co))
		return err
	})
	// Output:
	// hello ada
	// here it is nobody
}

func Example_portingThread() {
	data := []byte("a file of many gigabytes")
	run(func(co *coro.Co) error {
		user.Set(co, "ada")
		sum, err := loop.ToThread(func(ctx context.Context) ([32]byte, error) {
			fmt.Println("for", ctx.Value(user))
			return sha256.Sum256(data), ctx.Err()
		})(co)
		fmt.Printf("%x\n", sum[:4])
		return err
	})
	// Output:
	// for ada
	// eba733f2
}

func Example_portingExecutor() {
	run(func(co *coro.Co) error {
		pool, err := executor.NewThreadPool(executor.MaxWorkers(2))
		if err != nil {
			return err
		}
		defer pool.Shutdown(executor.RunPending)
		f, err := loop.RunInExecutor(loop.Of(co), pool, func() (int, error) { return 6 * 7, nil })
		if err != nil {
			return err // the pool takes no more
		}
		fmt.Println(f.Await(co))
		return nil
	})
	// Output: 42 <nil>
}

func Example_portingExit() {
	err := loop.Main(func(co *coro.Co) error {
		return &future.SystemExit{Code: 3}
	})
	var exit *future.SystemExit
	if errors.As(err, &exit) {
		fmt.Println("os.Exit with", exit.Code)
	}
	// Output: os.Exit with 3
}

type busyError struct{ line int }

func (e *busyError) Error() string { return fmt.Sprintf("line %d is busy", e.line) }

func Example_portingExceptionGroup() {
	call := func(co *coro.Co, line int) error { return &busyError{line} }
	run(func(co *coro.Co) error {
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			coro.CreateTask(g, coro.Do1(call, 1))
			coro.CreateTask(g, coro.Do1(call, 2))
			return nil
		})
		if busy, ok := errors.AsType[*busyError](err); ok {
			fmt.Println("the first:", busy)
		}
		fmt.Println(err)
		return nil
	})
	// Output:
	// the first: line 1 is busy
	// unhandled errors in a TaskGroup (2 errors): line 1 is busy; line 2 is busy
}
