package durable_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/durable"
)

// A world is what activities change. It counts what was done.
type world struct {
	mu   sync.Mutex
	done map[string]int // by key
	keys []string
	also func(ctx context.Context) // is called in each, if not nil
}

func newWorld() *world { return &world{done: map[string]int{}} }

// act is an activity that does something, and returns text.
func (w *world) act(text string, opts ...durable.DoOption) coro.Func[string] {
	return durable.Do(text, func(ctx context.Context) (string, error) {
		w.note(ctx)
		return text + " done", nil
	}, opts...)
}

func (w *world) note(ctx context.Context) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done[durable.Key(ctx)]++
	w.keys = append(w.keys, durable.Key(ctx))
	if w.also != nil {
		w.also(ctx)
	}
}

func (w *world) times() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.keys)
}

var errOutOfStock = errors.New("out of stock")

// order uses much of what a program may: its result tells what it has seen, and when.
func (w *world) order(co *coro.Co) ([]string, error) {
	var seen []string
	see := func(format string, args ...any) { seen = append(seen, fmt.Sprintf(format, args...)) }
	both, err := coro.Gather(co, coro.Awaitable[string](w.act("reserve")), coro.Awaitable[string](w.act("charge"))).Await(co)
	see("%v %v", both, err)
	_, err = durable.Do("pack", func(ctx context.Context) (int, error) {
		w.note(ctx)
		if durable.Attempt(ctx) < 3 {
			return 0, errors.New("no box")
		}
		return 1, durable.Permanent(errOutOfStock)
	}, durable.Attempts(5), durable.Backoff(time.Millisecond, time.Second))(co)
	see("%v %v", err, errors.Is(err, errOutOfStock))
	err = coro.Timeout(co, time.Millisecond, func(*coro.TimeoutScope) error {
		_, err := durable.DoVoid("wait", func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		})(co)
		return err
	})
	see("%v", err)
	reminder := coro.CreateTask(co, func(co *coro.Co) (string, error) {
		if err := coro.Sleep(co, time.Hour); err != nil {
			return "", err
		}
		return w.act("remind")(co)
	})
	err = coro.Group(co, func(g *coro.TaskGroup) error {
		for i := range 3 {
			coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
				if err := coro.Sleep(co, time.Duration(3-i)*time.Millisecond); err != nil {
					return err
				}
				text, err := w.act(fmt.Sprint("ship ", i))(co)
				see("%v", text)
				return err
			}))
		}
		return nil
	})
	see("%v", err)
	approval, err := durable.Receive[string](co, "approve")
	see("%v %v", approval, err)
	reminder.Cancel()
	_, err = w.act("finish")(co)
	return seen, err
}

// checkOrder is an error if an order has returned something else than it should; those that were shipped are in any order.
func checkOrder(seen []string) error {
	if len(seen) == 8 {
		slices.Sort(seen[3:6])
	}
	want := []string{
		"[reserve done charge done] <nil>",
		`activity "pack": out of stock (attempt 3) true`,
		`timed out after 1ms, waiting for activity "wait"`,
		"ship 0 done", "ship 1 done", "ship 2 done",
		"<nil>",
		"yes <nil>",
	}
	if !slices.Equal(want, seen) {
		return fmt.Errorf("the order has seen %q, not %q", seen, want)
	}
	return nil
}

var orderOptions = []durable.Option{durable.KnownErrors(errOutOfStock)}

// quiet is for warnings that a test is about.
var quiet = durable.Logger(slog.New(slog.DiscardHandler))

// pass lets time pass, in a bubble of testing/synctest.
func pass(d time.Duration) { <-time.After(d) }
