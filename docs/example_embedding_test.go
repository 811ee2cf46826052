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
	f, err := loop.Submit(s.l, coro.Bind(s.order, r.FormValue("item")))
	if err != nil { // the loop is closed
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	answer, err := f.Wait(r.Context())
	switch {
	case r.Context().Err() != nil:
		f.Cancel() // the client has gone, and the task need not go on
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
	f, err := loop.Submit(l, func(co *coro.Co) (int, error) {
		for len(coro.AllTasks(co)) > 2 { // main, this, and the order
			if err := coro.Sleep(co, 0); err != nil {
				return 0, err
			}
		}
		return s.stock["bread"], nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f.Wait(context.Background()))
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
	return loop.Go(func(ctx context.Context) (v T, err error) {
		out, err := loop.Submit(l, f)
		if err != nil {
			return v, err
		}
		v, err = out.Wait(ctx)
		if ctx.Err() != nil {
			out.Cancel() // the task that asked was canceled
		}
		return v, err
	})
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

func iterate(l *loop.Loop) error {
	l.Stop() // so that it does not wait
	return l.RunForever()
}

func Example_embeddingFrames() {
	l := loop.New()
	defer l.Close()
	walk := coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
		for step := range 3 {
			fmt.Println("step", step)
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
		}
		return nil
	}))
	for frame := 0; !walk.Done(); frame++ {
		fmt.Println("frame", frame)
		if err := iterate(l); err != nil {
			fmt.Println(err)
			return
		}
	}
	// Output:
	// frame 0
	// step 0
	// frame 1
	// step 1
	// frame 2
	// step 2
	// frame 3
}
