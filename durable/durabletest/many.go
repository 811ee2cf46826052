package durabletest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/durable"
)

// A crowd is many programs, which do an activity, sleep, and do another one when they have got a signal.
type crowd struct {
	n    int
	open Open

	mu    sync.Mutex
	begun set // those that have done the first activity
	ended set
	half  chan struct{} // is closed when half of them have begun
	whole chan struct{} // is closed when all have ended
	wrong chan error    // has one that came to a worker, if any did
}

type set map[string]bool

const atOnce = 16 // who start and signal

// testManyPrograms has many programs, and workers: the first is stopped amid of them, and others take over.
func testManyPrograms(t *testing.T, open Open, n int) {
	c := &crowd{n: n, open: open, begun: set{}, ended: set{}, half: make(chan struct{}), whole: make(chan struct{}), wrong: make(chan error, 1)}
	start := time.Now()
	tell := func(what string) {
		t.Logf("%d programs %s after %v", n, what, time.Since(start).Round(time.Millisecond))
	}
	store := open(t)
	c.each(t, func(id string, i int) error {
		return durable.Start(context.Background(), store, id, "one", durable.Input(i))
	})
	tell("were started")
	stop := c.work(t)
	c.wait(t, c.half)
	stop()
	tell("are half begun, and their worker has gone,")
	defer c.work(t)()
	defer c.work(t)()
	c.each(t, func(id string, _ int) error {
		return durable.Send(context.Background(), store, id, "go", "to "+id)
	})
	tell("have their signals")
	c.wait(t, c.whole)
	tell("have ended")
	c.each(t, func(id string, i int) error { return check(store, id, i) })
	ids, err := open(t).List(t.Context())
	require.NoError(t, err)
	require.Len(t, ids, n)
	due, err := open(t).Due(t.Context(), time.Now(), 1)
	require.NoError(t, err)
	require.Empty(t, due)
	tell("are right")
}

func (c *crowd) wait(t *testing.T, full <-chan struct{}) {
	t.Helper()
	select {
	case <-full:
	case err := <-c.wrong:
		require.NoError(t, err)
	}
}

// each calls f for each program, for several at once.
func (c *crowd) each(t *testing.T, f func(id string, i int) error) {
	t.Helper()
	errs := make(chan error, atOnce)
	for k := range atOnce {
		go func() {
			for i := k; i < c.n; i += atOnce {
				if err := f(fmt.Sprint("many-", i), i); err != nil {
					errs <- err
					return
				}
			}
			errs <- nil
		}()
	}
	for range atOnce {
		require.NoError(t, <-errs)
	}
}

// work has a worker run them until it is stopped.
func (c *crowd) work(t *testing.T) (stop func()) {
	t.Helper()
	worker := durable.NewWorker(c.open(t), durable.PollEvery(10*time.Millisecond), durable.RestFor(20*time.Millisecond),
		durable.MaxPrograms(200), durable.OnEnd(c.onEnd))
	durable.Register(worker, "one", c.one)
	ctx, cancel := context.WithCancel(context.Background())
	gone := make(chan error, 1)
	go func() { gone <- worker.Run(ctx) }()
	return func() {
		cancel()
		require.ErrorIs(t, <-gone, context.Canceled)
	}
}

func (c *crowd) one(co *coro.Co) (string, error) {
	i, err := durable.InputOf[int](co)
	if err != nil {
		return "", err
	}
	first, err := durable.Do("first", func(ctx context.Context) (int, error) {
		c.note(c.begun, durable.Key(ctx), (c.n+1)/2, c.half)
		return i, nil
	})(co)
	if err != nil {
		return "", err
	}
	if err := coro.Sleep(co, time.Duration(i%50)*time.Millisecond); err != nil {
		return "", err
	}
	to, err := durable.Receive[string](co, "go")
	if err != nil {
		return "", err
	}
	last, err := durable.Do("last", func(context.Context) (int, error) { return first + 1, nil })(co)
	return fmt.Sprint(to, " ", last), err
}

// note notes one, and closes full when there are so many.
func (c *crowd) note(in set, key string, many int, full chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if in[key] {
		return
	}
	in[key] = true
	if len(in) == many {
		close(full)
	}
}

func (c *crowd) onEnd(id string, ended bool, err error) {
	switch {
	case errors.Is(err, durable.ErrLost): // a machine that is slow, and another worker has it
	case err != nil:
		select {
		case c.wrong <- fmt.Errorf("program %q: %w", id, err):
		default: // there was another one
		}
	case ended:
		c.note(c.ended, id, c.n, c.whole)
	}
}

// check is an error if a program has not returned what it should, or has other outcomes than those of two activities.
func check(store durable.Store, id string, i int) error {
	text, ended, err := durable.Result[string](context.Background(), store, id)
	if err != nil {
		return err
	}
	if want := fmt.Sprintf("to %s %d", id, i+1); !ended || text != want {
		return fmt.Errorf("program %q has returned %q, not %q; and it has ended: %t", id, text, want, ended)
	}
	records, err := durable.ReadJournal(context.Background(), store, id)
	outcomes := 0
	for _, r := range records {
		if r.Kind == durable.Returned {
			outcomes++
		}
	}
	if err == nil && outcomes != 2 {
		err = fmt.Errorf("program %q has %d outcomes of 2 activities", id, outcomes)
	}
	return err
}
