package loop_test

import (
	"errors"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// Of goroutines that run a loop at once, one does, and the others are told so.
func TestRunAtOnce(t *testing.T) {
	const goroutines = 4
	for range 300 {
		l := loop.New()
		refused := make(chan error, goroutines)
		l.CallSoon(func() {
			defer l.Stop()
			for range goroutines - 1 {
				if err := <-refused; !errors.Is(err, loop.ErrRunning) {
					t.Errorf("not refused: %v", err)
				}
			}
		})
		start := make(chan struct{})
		var all sync.WaitGroup
		for range goroutines {
			all.Go(func() {
				<-start
				refused <- l.RunForever()
			})
		}
		close(start)
		all.Wait()
		require.NoError(t, <-refused)
		require.Empty(t, refused)
		require.NoError(t, l.Close())
	}
}

// What is submitted while the loop closes is refused, or its future ends: nobody waits for
// ever.
func TestSubmitWhileClosing(t *testing.T) {
	testkit.NeedsPreemption(t)
	goroutines := max(1, runtime.GOMAXPROCS(0)-1) // so that whoever closes it need not wait for a processor
	never := coro.Do(func(*coro.Co) error {
		t.Error("begun")
		return nil
	})
	for range 300 {
		l := loop.New(loop.VirtualTime(true))
		submitted := make([][]*executor.Future[coro.None], goroutines)
		var begun, all sync.WaitGroup
		begun.Add(goroutines)
		for i := range submitted {
			all.Go(func() {
				for first := true; ; first = false {
					f, err := loop.Submit(l, never)
					if first {
						begun.Done()
					}
					if err != nil {
						if !errors.Is(err, loop.ErrClosed) || f != nil {
							t.Errorf("%v, with a future: %t", err, f != nil)
						}
						return
					}
					submitted[i] = append(submitted[i], f)
				}
			})
		}
		begun.Wait()
		require.NoError(t, l.Close())
		all.Wait()
		for _, futures := range submitted {
			for _, f := range futures {
				select {
				case <-f.Done():
					_, err := f.Result()
					require.ErrorIs(t, err, loop.ErrClosed)
				default:
					t.Fatal("a future that does not end")
				}
			}
		}
	}
}
