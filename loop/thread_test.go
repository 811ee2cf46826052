package loop_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// Programs on goroutines that are locked to their OS thread, as a GUI's is. What Go does
// not allow there ends the process, so each is one of its own.
func TestLockedThread(t *testing.T) {
	testkit.NeedsProcesses(t)
	for name, program := range lockedPrograms {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-test.run=^TestLockedThreadChild$", "-test.timeout=1m")
			cmd.Env = append(os.Environ(), lockedProgram+"="+name)
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", out)
			require.Contains(t, string(out), program.want)
		})
	}
}

const lockedProgram = "OURO_TEST_LOCKED"

func TestLockedThreadChild(t *testing.T) {
	program, ok := lockedPrograms[os.Getenv(lockedProgram)]
	if !ok {
		t.Skip("it is a process of its own for TestLockedThread")
	}
	done := make(chan bool)
	go func() {
		defer close(done)
		program.run()
	}()
	<-done
	if n := workers(); n != 0 {
		fmt.Println("workers left:", n)
	}
}

// suspend has a task suspended on l that says when it ends, and how.
func suspend(l *loop.Loop) {
	coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
		defer fmt.Println("deferred")
		defer func() { _ = coro.Sleep(co, time.Second) }() // awaits on the way out
		err := coro.Group(co, func(*coro.TaskGroup) error { return coro.Sleep(co, time.Hour) })
		fmt.Println("not reached", err)
		return err
	}), coro.Quiet())
	for range 5 {
		coro.CreateTask(l, noop) // which leaves idle workers
	}
	check(iterateOnce(l))
}

// suspendGenerator has a generator suspended on l that says when it is unwound, and calls
// last then.
func suspendGenerator(l *loop.Loop, last func()) {
	_, err := loop.RunUntilComplete(l, coro.Bind0(coro.NewGenerator(func(y *coro.Yielder[int]) error {
		defer fmt.Println("deferred")
		defer last()
		defer func() { _ = coro.Sleep(y.Co(), 0) }()
		err := y.Yield(1)
		fmt.Println("not reached", err)
		return err
	}).Next))
	check(err)
}

func iterateOnce(l *loop.Loop) error {
	l.Stop()
	return l.RunForever()
}

func check(err error) {
	if err != nil {
		fmt.Println("error:", err)
	}
}

var lockedPrograms = map[string]struct {
	run  func()
	want string
}{
	"from New to Close": {func() {
		runtime.LockOSThread()
		l := loop.New()
		suspend(l)
		check(iterateOnce(l))
		check(l.Close())
		fmt.Println("closed")
	}, "deferred\nclosed\nPASS"},
	"Run": {func() {
		runtime.LockOSThread()
		fmt.Println(loop.Run(func(co *coro.Co) (int, error) {
			t := coro.CreateTask(co, coro.Do1(coro.Sleep, time.Hour))
			coro.CreateTask(co, coro.Do1(coro.Sleep, time.Hour))
			_ = coro.Sleep(co, time.Second)
			t.Cancel()
			return 42, nil
		}, loop.VirtualTime(true)))
	}, "42 <nil>\nPASS"},
	"a deadlock": {func() {
		runtime.LockOSThread()
		err := loop.Main(func(co *coro.Co) error {
			_, err := loop.CreateFuture[int](loop.Of(co)).Await(co)
			return err
		}, loop.VirtualTime(true))
		var deadlock *loop.DeadlockError
		fmt.Println(errors.As(err, &deadlock))
	}, "true\nPASS"},
	"a task that ignores its cancellation": {func() {
		runtime.LockOSThread()
		l := loop.New(loop.VirtualTime(true))
		coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
			defer fmt.Println("deferred")
			for {
				_ = coro.Sleep(co, time.Second)
			}
		}), coro.Quiet())
		check(iterateOnce(l))
		check(l.Close())
	}, "deferred\nPASS"},
	"a task that recovers from everything": {func() {
		runtime.LockOSThread()
		l := loop.New(loop.VirtualTime(true))
		coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
			sleep := func() {
				defer func() { _ = recover() }()
				_ = coro.Sleep(co, time.Second)
			}
			for {
				sleep()
			}
		}), coro.Quiet())
		check(iterateOnce(l))
		check(l.Close())
		fmt.Println("closed")
	}, "closed\nworkers left: 1\nPASS"},
	"tasks that recover, and return": {func() {
		runtime.LockOSThread()
		l := loop.New(loop.VirtualTime(true), loop.OnException(func(_ *loop.Loop, c future.ErrorContext) {
			fmt.Println(c.Message)
		}))
		var tasks []coro.AnyTask
		for _, err := range []error{nil, errors.New("boom"), future.ErrCanceled} {
			tasks = append(tasks, coro.CreateTask(l, coro.Do(func(co *coro.Co) (failed error) {
				defer func() { _, failed = recover(), err }()
				return coro.Sleep(co, time.Hour)
			}), coro.Quiet()))
		}
		check(iterateOnce(l))
		check(l.Close())
		for _, t := range tasks {
			fmt.Println(t.Core().State(), t.WaitingOn())
		}
	}, "Task exception was never retrieved\nFINISHED <nil>\nFINISHED <nil>\nCANCELLED <nil>\nPASS"},
	"a Goexit in a coroutine": {func() {
		runtime.LockOSThread()
		l := loop.New()
		defer func() { fmt.Println("closed:", l.IsClosed()) }()
		suspend(l)
		_, err := loop.RunUntilComplete(l, coro.Do(func(co *coro.Co) error {
			_ = coro.Sleep(co, 0)
			runtime.Goexit()
			return nil
		}))
		fmt.Println("not reached", err)
	}, "deferred\nclosed: true\nPASS"},
	"a task that ends the program": {func() {
		runtime.LockOSThread()
		fmt.Println(loop.Main(func(co *coro.Co) error {
			suspend := func(co *coro.Co) error {
				defer fmt.Println("deferred")
				return coro.Sleep(co, time.Hour)
			}
			coro.CreateTask(co, coro.Do(suspend))
			_ = coro.Sleep(co, 0)
			return loop.ErrKeyboardInterrupt
		}))
	}, "deferred\nkeyboard interrupt\nPASS"},
	"locked after the first run": {func() {
		l := loop.New()
		coro.CreateTask(l, noop)
		check(iterateOnce(l)) // leaves an idle worker of no thread
		runtime.LockOSThread()
		suspend(l)
		check(l.Close())
		fmt.Println("closed")
	}, "deferred\nclosed\nPASS"},
	"locked with a suspended task": {func() {
		l := loop.New()
		suspend(l)
		runtime.LockOSThread()
		fmt.Println(errors.Is(iterateOnce(l), loop.ErrThread))
		check(l.Close()) // which is possible
		fmt.Println("closed")
	}, "true\ndeferred\nclosed\nPASS"},
	"unlocked with a suspended task": {func() {
		runtime.LockOSThread()
		l := loop.New()
		suspend(l)
		other := make(chan bool)
		go func() {
			defer close(other)
			fmt.Println(errors.Is(iterateOnce(l), loop.ErrThread), errors.Is(l.Close(), loop.ErrThread), l.IsClosed())
		}()
		<-other
		runtime.UnlockOSThread()
		fmt.Println(errors.Is(iterateOnce(l), loop.ErrThread))
		runtime.LockOSThread()
		check(l.Close())
		fmt.Println("closed")
	}, "true true false\ntrue\ndeferred\nclosed\nPASS"},
	"a Runner with a suspended task": {func() {
		runtime.LockOSThread()
		r := loop.NewRunner()
		suspend(r.Loop())
		other := make(chan bool)
		go func() {
			defer close(other)
			fmt.Println(errors.Is(r.Close(), loop.ErrThread), r.Loop().IsClosed())
		}()
		<-other
		check(r.Close())
		fmt.Println("closed:", r.Loop().IsClosed())
	}, "true false\nnot reached canceled\ndeferred\nclosed: true\nPASS"},
	"a suspended generator": {func() {
		runtime.LockOSThread()
		l := loop.New()
		suspendGenerator(l, func() {})
		check(l.Close())
		fmt.Println("closed")
	}, "deferred\nclosed\nPASS"},
	"a suspended generator that calls Goexit": {func() {
		runtime.LockOSThread()
		l := loop.New()
		defer func() { fmt.Println("closed:", l.IsClosed()) }()
		suspendGenerator(l, runtime.Goexit)
		check(l.Close())
		fmt.Println("not reached")
	}, "deferred\nclosed: true\nPASS"},
	"a generator that recovers from everything": {func() {
		runtime.LockOSThread()
		l := loop.New()
		_, err := loop.RunUntilComplete(l, coro.Bind0(coro.NewGenerator(func(y *coro.Yielder[int]) error {
			for {
				func() {
					defer func() { _ = recover() }()
					_ = y.Yield(1)
				}()
			}
		}).Next))
		check(err)
		check(l.Close())
		fmt.Println("closed")
	}, "closed\nPASS"},
	"a task inside of a generator": {func() {
		runtime.LockOSThread()
		l := loop.New()
		coro.CreateTask(l, coro.NewGenerator(func(y *coro.Yielder[int]) error {
			defer fmt.Println("deferred")
			defer func() { _ = coro.Sleep(y.Co(), 0) }()
			return coro.Sleep(y.Co(), time.Hour)
		}).Next, coro.Quiet())
		check(iterateOnce(l))
		check(l.Close())
		fmt.Println("closed")
	}, "deferred\nclosed\nPASS"},
	"deferred functions that panic": {func() {
		runtime.LockOSThread()
		fmt.Println(strings.Join(panicWhileUnwound(), "\n"))
	}, panicsWhileUnwound + "\nPASS"},
	"unlocked with a suspended generator": {func() {
		runtime.LockOSThread()
		l := loop.New()
		suspendGenerator(l, func() {})
		other := make(chan bool)
		go func() {
			defer close(other)
			fmt.Println(errors.Is(iterateOnce(l), loop.ErrThread), errors.Is(l.Close(), loop.ErrThread), l.IsClosed())
		}()
		<-other
		check(l.Close())
		fmt.Println("closed")
	}, "true true false\ndeferred\nclosed\nPASS"},
	"locked with a suspended generator": {func() {
		l := loop.New()
		suspendGenerator(l, func() {})
		runtime.LockOSThread()
		fmt.Println(errors.Is(iterateOnce(l), loop.ErrThread))
		check(l.Close())
		fmt.Println("closed")
	}, "true\ndeferred\nclosed\nPASS"},
	"two locked goroutines in turn": {func() {
		l := loop.New()
		for range 2 {
			other := make(chan bool)
			go func() {
				defer close(other)
				runtime.LockOSThread()
				_, err := loop.RunUntilComplete(l, coro.Do1(coro.Sleep, time.Millisecond))
				check(err)
			}()
			<-other
		}
		check(l.Close())
		fmt.Println("closed")
	}, "closed\nPASS"},
	"workers of loops that are not locked": {func() {
		ws := coro.NewWorkers(10)
		for i, locked := range []bool{false, true, false, true} {
			if locked {
				runtime.LockOSThread()
			}
			l := loop.New(loop.Workers(ws))
			suspend(l)
			check(iterateOnce(l))
			fmt.Println(i, workers())
			check(l.Close())
			if locked && i < 3 {
				runtime.UnlockOSThread()
			}
		}
		ws.Close()
		fmt.Println("closed")
	}, "0 2\ndeferred\n1 2\ndeferred\n2 2\ndeferred\n3 2\ndeferred\nclosed\nPASS"},
}
