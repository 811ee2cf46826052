package executor_test

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/future"
)

func Example() {
	pool, err := executor.NewThreadPool(executor.MaxWorkers(4))
	if err != nil {
		panic(err)
	}
	defer pool.Close()

	var futures []*executor.Future[int]
	for i := range 5 {
		f, err := executor.Submit(pool, func() (int, error) { return i * i, nil })
		if err != nil {
			panic(err)
		}
		futures = append(futures, f)
	}
	for _, f := range futures {
		square, err := f.Wait(context.Background())
		fmt.Println(square, err)
	}
	// Output:
	// 0 <nil>
	// 1 <nil>
	// 4 <nil>
	// 9 <nil>
	// 16 <nil>
}

// A panic becomes the error of the future that it belongs to.
func ExampleSubmit_panic() {
	pool, err := executor.NewThreadPool()
	if err != nil {
		panic(err)
	}
	defer pool.Close()

	f, err := executor.Submit(pool, func() (string, error) { panic("out of paper") })
	if err != nil {
		panic(err)
	}
	_, err = f.Wait(context.Background())
	fmt.Println(err) // and where it was

	var p *future.PanicError
	if errors.As(err, &p) {
		fmt.Println("with a stack:", len(p.Stack) > 0)
	}
	// Output:
	// panic: out of paper (at executor/example_test.go:48)
	// with a stack: true
}

// A future made by hand: its maker is its owner, and asks whether it has been
// canceled before starting.
func ExampleFuture() {
	var f executor.Future[string]
	f.AddDoneCallback(func(f *executor.Future[string]) {
		v, err := f.Result()
		fmt.Println("callback:", v, err)
	})
	if f.SetRunning() {
		fmt.Println("too late to cancel:", !f.Cancel())
		_ = f.SetResult("delivered")
	}
	fmt.Println(&f)
	// Output:
	// too late to cancel: true
	// callback: delivered <nil>
	// <Future state=finished returned string>
}

// spawner is an executor without a limit: a goroutine for each job.
type spawner struct {
	mu   sync.Mutex
	jobs int           // that run
	done chan struct{} // made by Shutdown
}

func (s *spawner) Execute(job executor.Job) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done != nil {
		return executor.ErrShutdown
	}
	s.jobs++
	go func() {
		defer s.ended() // whatever becomes of the goroutine
		job.Run()
	}()
	return nil
}

// Shutdown has nothing to cancel: no job of a spawner ever waits.
func (s *spawner) Shutdown(executor.Pending) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done == nil {
		s.done = make(chan struct{})
		if s.jobs == 0 {
			close(s.done)
		}
	}
	return s.done
}

func (s *spawner) ended() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.jobs--
	if s.jobs == 0 && s.done != nil {
		close(s.done)
	}
}

// Anything that can run a job can be an executor.
func ExampleExecutor() {
	var s spawner
	f, _ := executor.Submit(&s, func() (string, error) { return "spawned", nil })
	<-s.Shutdown(executor.RunPending)
	fmt.Println(f.Result())

	_, err := executor.Submit(&s, func() (string, error) { return "too late", nil })
	fmt.Println(err)
	// Output:
	// spawned <nil>
	// executor: cannot accept jobs after shutdown
}
