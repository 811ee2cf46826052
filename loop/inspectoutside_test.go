package loop_test

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/loop"
)

// What is done elsewhere is asked for while the loop is parked.
func TestInspectOutside(t *testing.T) {
	noLeak(t)
	release := make(chan struct{})
	channel := make(chan int)
	job := func(context.Context) (int, error) { <-release; return 0, nil }
	waits := map[string]coro.Func[int]{
		"thread":    loop.ToThread(job),
		"goroutine": loop.Go(job),
		"channel":   loop.Receive(channel),
	}
	for i := range 2 * len(waits) {
		kind, virtual := slices.Sorted(maps.Keys(waits))[i/2], i%2 == 0
		wait := waits[kind]
		t.Run(fmt.Sprintf("%s, virtual time: %v", kind, virtual), func(t *testing.T) {
			noLeak(t)
			_, err := loop.Run(func(co *coro.Co) (int, error) {
				l := loop.Of(co)
				go func() {
					for !l.Parked() {
						runtime.Gosched()
					}
					s, err := loop.Inspect(context.Background(), l)
					if err == nil {
						out := fmt.Sprint(s.Outside, s.Tasks[0].On.Kind, s.Tasks[0].On.Text != "a future", s.Running)
						if want := fmt.Sprint([]loop.OutsideInfo{{Kind: kind, N: 1}}, kind, true, true); out != want {
							t.Errorf("%s instead of %s", out, want)
						}
					} else {
						t.Error(err)
					}
					if kind == "channel" {
						channel <- 1
					} else {
						release <- struct{}{}
					}
				}()
				return wait(co)
			}, loop.VirtualTime(virtual))
			require.NoError(t, err)
		})
	}
}

// Under a real clock the kinds are counted too, up and down.
func TestInspectOutsideKinds(t *testing.T) {
	for _, virtual := range []bool{true, false} {
		t.Run(fmt.Sprintf("virtual time: %v", virtual), func(t *testing.T) {
			noLeak(t)
			release, channel := make(chan struct{}), make(chan int)
			job := func(context.Context) (int, error) { <-release; return 0, nil }
			out := new(executor.Future[int])
			err := loop.Main(func(co *coro.Co) error {
				l := loop.Of(co)
				release1, release2 := l.Hold(), l.Hold()
				all := coro.Gather(co, loop.Go(job), loop.Go(job), loop.ToThread(job), loop.Receive(channel))
				wrapped, err := loop.WrapFuture(l, out)
				require.NoError(t, err)
				if err := coro.Sleep(co, 0); err != nil {
					return err
				}
				require.Equal(t, []loop.OutsideInfo{
					{Kind: "channel", N: 1}, {Kind: "future", N: 1}, {Kind: "goroutine", N: 2}, {Kind: "hold", N: 2}, {Kind: "thread", N: 1},
				}, l.Snapshot().Outside)
				release1()
				release2()
				close(release)
				channel <- 1
				require.NoError(t, out.SetResult(1))
				if err := coro.Await(co, all); err != nil {
					return err
				}
				if err := coro.Await(co, wrapped); err != nil {
					return err
				}
				require.Empty(t, l.Snapshot().Outside)
				return nil
			}, loop.VirtualTime(virtual))
			require.NoError(t, err)
		})
	}
}
