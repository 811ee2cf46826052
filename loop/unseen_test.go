package loop_test

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/loop"
)

// The error of a submitted coroutine is reported if nobody asks for it: when the loop
// closes, or when its future is garbage.
func TestSubmittedErrorNobodyLooksAt(t *testing.T) {
	failing := coro.Do(func(*coro.Co) error { return errors.New("unseen") })
	panicking := coro.Do(func(*coro.Co) error { panic("unseen") })
	for _, test := range []struct {
		name string
		body coro.Func[coro.None]
		look func(f *executor.Future[coro.None])
		told int
	}{
		{"an error", failing, nil, 1},
		{"a panic", panicking, nil, 1},
		{"Wait", failing, func(f *executor.Future[coro.None]) { _, _ = f.Wait(context.Background()) }, 0},
		{"Wait with an end", failing, func(f *executor.Future[coro.None]) { _, _ = f.Wait(t.Context()) }, 0},
		{"Result", panicking, func(f *executor.Future[coro.None]) { _, _ = f.Result() }, 0},
		{"Done", failing, func(f *executor.Future[coro.None]) { <-f.Done() }, 1},
	} {
		for _, collected := range []bool{false, true} {
			var told reports
			opts := []loop.Option{told.handler()}
			if !collected {
				opts = append(opts, loop.VirtualTime(true)) // which leaves the garbage collector out of it
			}
			l := loop.New(opts...)
			func() {
				f, err := loop.Submit(l, test.body)
				require.NoError(t, err)
				iterations(t, l)
				if test.look != nil {
					onGoroutine(func() { test.look(f) })
				}
				iterations(t, l)
				require.Empty(t, told)
				runtime.KeepAlive(f)
			}()
			if collected {
				for i := 0; i < 100 && len(told) < test.told; i++ {
					runtime.GC()
					iterations(t, l)
				}
				require.Len(t, told, test.told, test.name)
			}
			require.NoError(t, l.Close())
			require.Len(t, told, test.told, test.name)
			if test.told > 0 {
				require.Equal(t, "Task exception was never retrieved", told[0].Message)
				require.ErrorContains(t, told[0].Err, "unseen")
				require.Equal(t, "Task-1", told[0].Task)
			}
		}
	}
}

// iterations runs what is ready, and what that leads to.
func iterations(t *testing.T, l *loop.Loop) {
	t.Helper()
	for range 5 {
		l.Stop()
		require.NoError(t, l.RunForever())
	}
}
