package coro_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// collected waits until n of those that say so on gone are collected as garbage.
func collected(t *testing.T, gone <-chan struct{}, n int, meanwhile func()) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	for range n {
		for waiting := true; waiting; {
			runtime.GC()
			meanwhile()
			select {
			case <-gone:
				waiting = false
			case <-deadline:
				t.Fatal("something is kept that nobody needs")
			default:
				runtime.Gosched()
			}
		}
	}
}

type big [1 << 16]byte

func newBig(gone chan<- struct{}) *big {
	x := new(big)
	runtime.AddCleanup(x, func(gone chan<- struct{}) { gone <- struct{}{} }, gone)
	return x
}

// Who keeps the future of a gather does not keep its tasks, and what they were given.
func TestGatherLetsGoOfItsTasks(t *testing.T) {
	const n = 10
	gone := make(chan struct{}, n)
	l := testkit.NewLoop(t)
	kept := testkit.Complete(t, l, func(co *coro.Co) (*future.Future[[]int], error) {
		var aws []coro.Awaitable[int]
		for range n {
			x := newBig(gone)
			aws = append(aws, coro.Bind0(func(*coro.Co) (int, error) { return int(x[0]), nil }))
		}
		f := coro.Gather(co, aws...)
		_, err := f.Await(co)
		return f, err
	})
	testkit.Briefly(t, l) // so that nothing else refers to them
	collected(t, gone, n, func() {})
	runtime.KeepAlive(kept)
}

// A task that was given out keeps its own result only, and hides nobody's error.
func TestAsCompletedFuturesAreOnTheirOwn(t *testing.T) {
	const n = 10
	gone := make(chan struct{}, n)
	told := make(chan struct{}, 1)
	l := loop.New(loop.OnException(func(_ *loop.Loop, c future.ErrorContext) {
		require.ErrorIs(t, c.Err, errTest)
		told <- struct{}{}
	}))
	defer func() { require.NoError(t, l.Close()) }()
	kept := testkit.Complete(t, l, func(co *coro.Co) (kept future.Of[*big], err error) {
		var aws []coro.Awaitable[*big]
		for range n {
			aws = append(aws, coro.Bind0(func(*coro.Co) (*big, error) { return newBig(gone), nil }))
		}
		aws = append(aws, coro.Bind0(func(*coro.Co) (*big, error) { return nil, errTest }))
		for f, err := range coro.AsCompletedFutures(co, coro.Forever, aws...) {
			return f, err
		}
		return nil, nil
	})
	collected(t, gone, n-1, func() {})
	collected(t, told, 1, func() { testkit.Briefly(t, l) }) // the loop tells when it runs
	runtime.KeepAlive(kept)
}
