//go:build unix

package docs_test

import (
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
)

func Example_debuggingInterrupt() {
	var mu locks.Lock
	mu.SetName("db")
	migrate := func(co *coro.Co) error {
		return mu.With(co, func() error { return coro.Sleep(co, time.Hour) })
	}
	err := loop.Main(func(co *coro.Co) error {
		coro.CreateTask(co, coro.Do(migrate), coro.Name("migration"))
		if err := coro.Sleep(co, time.Millisecond); err != nil {
			return err
		}
		if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil { // Ctrl-C
			return err
		}
		return mu.Acquire(co)
	}, loop.Debug(true), loop.SlowCallback(never), logTo(os.Stdout))
	fmt.Println(err)
	// Output:
	// level=WARN msg=Interrupted
	//     task="<Task \"Task-1\" PENDING main.main.func2() created at main.go:42>"
	//     waits_for="lock \"db\"" held_by="task \"migration\""
	//     stack="locks.(*Lock).acquireSlowly (ouro/locks/lock.go:42) < locks.(*Lock).Acquire (ouro/locks/lock.go:42) < main.main.func2 (main.go:42)"
	// keyboard interrupt
}
