package loop_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

func TestWrapFuture(t *testing.T) {
	errBad := errors.New("bad")
	testkit.Run(t, func(co *coro.Co) {
		l := loop.Of(co)
		wrap := func(f *executor.Future[int]) *future.Future[int] {
			w, err := loop.WrapFuture(l, f)
			require.NoError(t, err)
			return w
		}
		t.Run("that is done", func(t *testing.T) {
			f := new(executor.Future[int])
			require.NoError(t, f.SetResult(7))
			w := wrap(f)
			require.False(t, w.Done(), "the outcome comes through the loop")
			v, err := w.Await(co)
			require.NoError(t, err)
			require.Equal(t, 7, v)
		})
		t.Run("that fails on another goroutine, while the clock stands", func(t *testing.T) {
			f := new(executor.Future[int])
			w := wrap(f)
			require.Equal(t, 1, l.Outside())
			go func() { _ = f.SetError(errBad) }()
			_, err := w.Await(co)
			require.Equal(t, errBad, err)
			require.Zero(t, l.Outside())
			require.Zero(t, l.Time())
		})
		t.Run("that is canceled", func(t *testing.T) {
			f := new(executor.Future[int])
			w := wrap(f)
			require.True(t, f.Cancel())
			_, err := w.Await(co)
			require.True(t, future.IsCanceled(err))
			require.True(t, w.Canceled())
		})
		t.Run("canceling it", func(t *testing.T) {
			f := new(executor.Future[int])
			w := wrap(f)
			require.True(t, w.Cancel())
			require.NoError(t, coro.Sleep(co, 0))
			require.True(t, f.Canceled())
			require.Zero(t, l.Outside())
			require.NoError(t, coro.Sleep(co, time.Second))
		})
	})
	t.Run("of another loop", func(t *testing.T) {
		other := running(t)
		testkit.Run(t, func(co *coro.Co) {
			f, err := loop.Submit(other, func(co *coro.Co) (string, error) { return "from there", coro.Sleep(co, 1) })
			require.NoError(t, err)
			w, err := loop.WrapFuture(loop.Of(co), f)
			require.NoError(t, err)
			v, err := w.Await(co)
			require.NoError(t, err)
			require.Equal(t, "from there", v)
		})
	})
	t.Run("refused", func(t *testing.T) {
		l := loop.New()
		require.PanicsWithValue(t, "loop: WrapFuture of a nil future", func() { _, _ = loop.WrapFuture[int](l, nil) })
		require.NoError(t, l.Close())
		_, err := loop.WrapFuture(l, new(executor.Future[int]))
		require.Equal(t, loop.ErrClosed, err)
		h := loop.New(loop.Hermetic(true))
		_, err = loop.WrapFuture(h, new(executor.Future[int]))
		require.ErrorIs(t, err, loop.ErrHermetic)
		require.NoError(t, h.Close())
	})
}

func ExampleWrapFuture() {
	pool, err := executor.NewThreadPool()
	if err != nil {
		panic(err)
	}
	defer pool.Close()
	err = loop.Main(func(co *coro.Co) error {
		f, err := executor.Submit(pool, func() (int, error) { return 6 * 7, nil })
		if err != nil {
			return err
		}
		w, err := loop.WrapFuture(loop.Of(co), f)
		if err != nil {
			return err
		}
		v, err := w.Await(co)
		fmt.Println(v)
		return err
	})
	fmt.Println(err)
	// Output:
	// 42
	// <nil>
}
