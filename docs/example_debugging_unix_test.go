//go:build unix

package docs_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"syscall"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/inspect"
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

func Example_debuggingInspect() {
	var savings, checking locks.Lock
	savings.SetName("savings")
	checking.SetName("checking")
	mux := http.NewServeMux()
	err := loop.Main(func(co *coro.Co) error {
		l := loop.Of(co)
		mux.Handle("/debug/ouro/", http.StripPrefix("/debug/ouro", inspect.Handler(l)))
		stop, err := inspect.OnQuit(l, os.Stderr)
		if err != nil {
			return err
		}
		defer stop()
		return coro.Group(co, func(g *coro.TaskGroup) error {
			coro.CreateTask(g, coro.Do2(transfer, &savings, &checking), coro.Name("ada"))
			coro.CreateTask(g, coro.Do2(transfer, &checking, &savings), coro.Name("bob"))
			coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
				if err := coro.Sleep(co, 2*time.Second); err != nil {
					return err
				}
				for _, page := range []string{"ps", "pstree"} {
					answer := httptest.NewRecorder()
					mux.ServeHTTP(answer, httptest.NewRequest("GET", "/debug/ouro/"+page+"?stacks=1", nil))
					show(answer.Body.String())
				}
				g.Cancel()
				return nil
			}), coro.Name("auditor"))
			return nil
		})
	}, loop.VirtualTime(true))
	fmt.Println(err)
	// Output:
	// loop  virtual time 2s  tasks 4  ready 0  timers 0  outside 0
	// ID  TASK     STATE    WAITS FOR                       HELD BY            CANCELS  AT
	// 1   Task-1   waiting  task group (3 of 3 unfinished)  ada, bob, auditor  –        main.go:42 main.main.func1
	// 2   ada      waiting  lock "checking"                 bob                –        main.go:42 main.transfer.func1
	// 3   bob      waiting  lock "savings"                  ada                –        main.go:42 main.transfer.func1
	// 4   auditor  running  –                               –                  –        main.go:42 main.main.func1.1.1
	// circle: ada → bob → ada
	//
	// loop  virtual time 2s  tasks 4  ready 0  timers 0  outside 0
	// Task-1  task group (3 of 3 unfinished)  main.go:42 main.main.func1
	// ├─ ada  lock "checking", held by bob  main.go:42 main.transfer.func1
	// ├─ bob  lock "savings", held by ada  main.go:42 main.transfer.func1
	// └─ auditor  running  main.go:42 main.main.func1.1.1
	// circle: ada → bob → ada
	//
	// <nil>
}
