package loop_test

import (
	"syscall/js"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// later has JavaScript's event loop call f.
func later(f func()) {
	var called js.Func
	called = js.FuncOf(func(js.Value, []js.Value) any {
		called.Release()
		f()
		return nil
	})
	js.Global().Call("setTimeout", called, 0)
}

// While the loop waits, for a timer or for nothing but others, JavaScript goes on, and can
// come in.
func TestJavaScriptRunsWhileTheLoopWaits(t *testing.T) {
	var tr testkit.Trace
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		l := loop.Of(co)
		post := func(what string, f func()) {
			later(func() {
				tr.Add("%s", what)
				_, err := l.CallSoonThreadsafe(f)
				require.NoError(t, err)
			})
		}
		timeout := l.CallLater(time.Hour, func() {})
		for _, what := range []string{"a timer is set", "none is set"} {
			came := coro.NewFuture[string](co)
			post(what, func() { _ = came.SetResult(what + ", come in") })
			got, err := came.Await(co)
			if err != nil {
				return err
			}
			tr.Add("%s", got)
			timeout.Cancel()
		}
		return nil
	}))
	require.Equal(t, testkit.Trace{"a timer is set", "a timer is set, come in", "none is set", "none is set, come in"}, tr)
}

// A clock that is virtual waits for nothing, JavaScript least of all; a hold waits.
func TestJavaScriptAndVirtualTime(t *testing.T) {
	var tr testkit.Trace
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		l := loop.Of(co)
		release := l.Hold()
		later(func() {
			tr.Add("JavaScript")
			release()
		})
		tr.Add("main waits")
		err := coro.Sleep(co, time.Hour)
		tr.Add("an hour later")
		later(func() { tr.Add("too late") })
		err2 := coro.Sleep(co, 1000*time.Hour)
		tr.Add("1001 hours later")
		require.NoError(t, err2)
		return err
	}, loop.VirtualTime(true)))
	require.Equal(t, testkit.Trace{"main waits", "JavaScript", "an hour later", "1001 hours later"}, tr)
}

// JavaScript's event loop can be the main loop that the loop is a guest of.
func TestGuestOfJavaScript(t *testing.T) {
	ended := make(chan error)
	var tr testkit.Trace
	tick := js.FuncOf(func(js.Value, []js.Value) any {
		tr.Add("JavaScript")
		return nil
	})
	defer tick.Release()
	loop.RunGuest(func(co *coro.Co) (string, error) {
		js.Global().Call("setTimeout", tick, 0) // before the next step, which later asks for after it
		for range 2 {
			if err := coro.Sleep(co, time.Millisecond); err != nil {
				return "", err
			}
			tr.Add("main")
		}
		return "returned", nil
	}, later, func(v string, err error) {
		tr.Add("%s", v)
		go func() { ended <- err }()
	})
	require.NoError(t, <-ended)
	require.Equal(t, testkit.Trace{"JavaScript", "main", "main", "returned"}, tr)
}
