package docs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/loop"
)

func start(ctx context.Context) (l *loop.Loop, wait func() error) {
	r := loop.NewRunner(loop.Context(ctx), loop.Interrupts(false))
	ended := make(chan error, 1)
	go func() {
		_, err := loop.RunIn(r, coro.Do(func(co *coro.Co) error {
			_ = coro.Sleep(co, coro.Forever) // until ctx ends
			return nil
		}))
		ended <- errors.Join(err, r.Close())
	}()
	return r.Loop(), func() error { return <-ended }
}

func TestStartTooLate(t *testing.T) {
	ctx, end := context.WithCancel(context.Background())
	end()
	l, wait := start(ctx)
	require.ErrorIs(t, wait(), context.Canceled)
	require.True(t, l.IsClosed())
}

type shop struct {
	l     *loop.Loop
	stock map[string]int // the loop's: no lock
}

var errSoldOut = errors.New("sold out")

func (s *shop) order(co *coro.Co, item string) (string, error) {
	if s.stock[item] == 0 {
		return "", errSoldOut
	}
	s.stock[item]--
	if err := coro.Sleep(co, time.Millisecond); err != nil { // it is being paid for
		s.stock[item]++
		return "", err
	}
	return item + ", please", nil
}

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer, err := loop.SubmitAndWait(r.Context(), s.l, coro.Bind(s.order, r.FormValue("item")))
	switch {
	case errors.Is(err, loop.ErrClosed):
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	case r.Context().Err() != nil: // the client has gone
	case err != nil:
		http.Error(w, err.Error(), http.StatusConflict)
	default:
		fmt.Fprintln(w, answer)
	}
}

func serve(ctx context.Context, listener net.Listener, stock map[string]int) error {
	loopCtx, end := context.WithCancel(context.Background()) // not ctx: answers that are due need the loop
	defer end()
	l, wait := start(loopCtx)
	server := &http.Server{Handler: &shop{l, stock}}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()

	var err error
	select {
	case <-ctx.Done():
		grace, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		err = server.Shutdown(grace) // 1. nobody submits any more; those who wait get their answers
	case err = <-served:
	}
	end()                           // 2. cancels what is left on the loop
	return errors.Join(err, wait()) // 3. which has cleaned up, and is closed
}

func Example_embeddingServer() {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	ended := make(chan error)
	go func() { ended <- serve(ctx, listener, map[string]int{"bread": 1}) }()

	for range 2 {
		answer, err := http.Get("http://" + listener.Addr().String() + "/?item=bread")
		if err != nil {
			fmt.Println(err)
			break
		}
		text, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		fmt.Println(strings.TrimSpace(string(text)), err)
	}
	http.DefaultClient.CloseIdleConnections()
	stop()
	fmt.Println(<-ended)
	// Output:
	// bread, please <nil>
	// sold out <nil>
	// <nil>
}

func Example_embeddingGone() {
	ctx, end := context.WithCancel(context.Background())
	defer end()
	l, wait := start(ctx)
	s := &shop{l, map[string]int{"bread": 1}}

	gone, leave := context.WithCancel(context.Background())
	leave()
	r, err := http.NewRequestWithContext(gone, http.MethodGet, "/?item=bread", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	s.ServeHTTP(nil, r)
	fmt.Println(loop.SubmitAndWait(ctx, l, func(*coro.Co) (int, error) { return s.stock["bread"], nil }))
	end()
	fmt.Println(wait())
	// Output:
	// 1 <nil>
	// <nil>
}

// database stands for something with calls that block, and take a context.
type database struct{ slow chan string }

func (db *database) query(ctx context.Context) (string, error) {
	select {
	case row := <-db.slow:
		return row, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

func Example_embeddingContexts() {
	db := &database{}
	type key string
	ctx, cancel := context.WithCancelCause(context.WithValue(context.Background(), key("user"), "ada"))

	err := loop.Main(func(co *coro.Co) error {
		fmt.Println(co.Context().Value(key("user")))
		err := coro.Timeout(co, time.Millisecond, func(*coro.TimeoutScope) error {
			_, err := loop.ToThread(db.query)(co)
			return err
		})
		fmt.Println(errors.Is(err, context.DeadlineExceeded))
		cancel(errors.New("closing time"))
		return coro.Sleep(co, time.Hour)
	}, loop.Context(ctx))
	fmt.Println(err)
	// Output:
	// ada
	// true
	// closing time
}

func onThisThread(main func(co *coro.Co) error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return loop.Main(main)
}

func Example_embeddingThread() {
	fmt.Println(onThisThread(func(co *coro.Co) error {
		draw := func(co *coro.Co, what string) error {
			fmt.Println("drawing", what) // may call what has to be called on this thread
			return coro.Sleep(co, time.Millisecond)
		}
		_, err := coro.Gather(co, coro.Do1(draw, "a line"), coro.Do1(draw, "a dot")).Await(co)
		return err
	}))
	// Output:
	// drawing a line
	// drawing a dot
	// <nil>
}

func Example_embeddingThreadPool() {
	run(func(co *coro.Co) error {
		camera, err := executor.NewThreadPool(executor.MaxWorkers(1), executor.LockOSThread())
		if err != nil {
			return err
		}
		defer camera.Shutdown(executor.RunPending) // which, unlike Close, does not wait
		l := loop.Of(co)
		picture, err := loop.RunInExecutor(l, camera, func() (string, error) {
			return "a picture", nil // from a library that wants to be called on one thread
		})
		if err != nil {
			return err
		}
		fmt.Println(picture.Await(co))
		return nil
	})
	// Output: a picture <nil>
}

// account is an actor: what it holds is touched on its loop only.
type account struct {
	l       *loop.Loop
	balance int
}

func (a *account) deposit(co *coro.Co, amount int) (int, error) {
	a.balance += amount
	return a.balance, coro.Sleep(co, 0)
}

func on[T any](l *loop.Loop, f coro.Func[T]) coro.Func[T] {
	return loop.Go(func(ctx context.Context) (T, error) { return loop.SubmitAndWait(ctx, l, f) })
}

func Example_embeddingLoops() {
	ctx, end := context.WithCancel(context.Background())
	var accounts []*account
	var closed sync.WaitGroup
	for range 3 {
		l, wait := start(ctx)
		accounts = append(accounts, &account{l: l})
		closed.Go(func() { _ = wait() })
	}
	fmt.Println(loop.Run(func(co *coro.Co) ([]int, error) {
		var deposits []coro.Func[int]
		for i, a := range accounts {
			deposits = append(deposits, on(a.l, coro.Bind(a.deposit, i*i)))
		}
		return coro.Gather(co, coro.Each(deposits)...).Await(co)
	}))
	end()
	closed.Wait()
	// Output: [0 1 4] <nil>
}

func Example_embeddingHermetic() {
	workflow := func(co *coro.Co) error {
		_, err := loop.ToThreadDo(func(context.Context) error { return nil })(co)
		return err
	}
	err := loop.Main(workflow, loop.VirtualTime(true), loop.Hermetic(true))
	fmt.Println(errors.Is(err, loop.ErrHermetic))
	fmt.Println(err)
	// Output:
	// true
	// loop: it is hermetic, and takes nothing from outside: a thread cannot be used; do without, or leave the option Hermetic out; a durable program has durable.Do
}

// application stands for one with a main loop of its own.
type application struct {
	events chan func()
	closed bool
}

func (a *application) run(l *loop.Loop) error {
	wake := make(chan struct{}, 1)
	l.OnWake(func() { // on any goroutine
		select {
		case wake <- struct{}{}:
		default: // it is awake
		}
	})
	for {
		if err := l.RunUntilIdle(loop.MaxTime(5 * time.Millisecond)); err != nil || a.closed {
			return err
		}
		select {
		case event := <-a.events:
			event()
		case <-wake:
		case <-time.After(l.MayWait()):
		}
	}
}

func Example_embeddingMainLoop() {
	r := loop.NewRunner(loop.Interrupts(false))
	defer r.Close() // cancels what is left, and waits for it
	l := r.Loop()
	a := &application{events: make(chan func(), 10)}

	var nap *coro.Task[coro.None]
	a.events <- func() {
		fmt.Println("an event begins a task")
		nap = coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
			_, err := loop.ToThreadDo(func(context.Context) error { return nil })(co)
			fmt.Println("a thread has woken the application", err)
			a.events <- func() { nap.Cancel() }
			err = coro.Sleep(co, time.Hour)
			fmt.Println("another event:", err)
			a.closed = true
			return err
		}))
	}
	fmt.Println(a.run(l))
	// Output:
	// an event begins a task
	// a thread has woken the application <nil>
	// another event: canceled
	// <nil>
}

func Example_embeddingFrames() {
	l := loop.New(loop.VirtualTime(true))
	defer l.Close()
	walk := coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
		for step := range 3 {
			fmt.Println("step", step, "at", loop.Of(co).Time())
			if err := coro.Sleep(co, 20*time.Millisecond); err != nil {
				return err
			}
		}
		return nil
	}))
	for n := 0; !walk.Done(); n++ {
		fmt.Println("frame", n)
		if err := l.AdvanceTo(time.Duration(n) * 16 * time.Millisecond); err != nil {
			fmt.Println(err)
			return
		}
	}
	// Output:
	// frame 0
	// step 0 at 0s
	// frame 1
	// frame 2
	// step 1 at 20ms
	// frame 3
	// step 2 at 40ms
	// frame 4
}

func Example_embeddingGuest() {
	main := func(co *coro.Co) (int, error) { return 42, coro.Sleep(co, time.Millisecond) }
	events := make(chan func(), 10)
	var closed bool
	soon := func(step func()) { events <- step }
	done := func(answer int, err error) {
		fmt.Println(answer, err)
		closed = true
	}
	loop.RunGuest(main, soon, done)
	for !closed { // the application's own loop, as it was
		event := <-events
		event()
	}
	// Output: 42 <nil>
}
