package loop_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// A Describe, or Holders, that looks at the loop itself neither waits for itself nor goes round
// in circles, whatever it uses, and on a locked OS thread too.
func TestInspectInsideDescribe(t *testing.T) {
	looks := map[string]struct {
		look func(l *loop.Loop) string
		want string
	}{
		"Snapshot": {func(l *loop.Loop) string { return l.Snapshot().Task(2).On.Text },
			"a *loop_test.role, whose Describe is not called inside of another one"},
		"Inspect": {func(l *loop.Loop) string {
			s, err := loop.Inspect(context.Background(), l)
			return fmt.Sprint(s.Task(2).On.Text, err)
		}, "a *loop_test.role, whose Describe is not called inside of another one<nil>"},
		"TraceOf": {func(l *loop.Loop) string {
			_, err := loop.TraceOf(context.Background(), l)
			return fmt.Sprint(errors.Is(err, loop.ErrRunning))
		}, "true"},
		"SubmitAndWait": {func(l *loop.Loop) string {
			_, err := loop.SubmitAndWait(context.Background(), l, func(*coro.Co) (int, error) { return 0, nil })
			return fmt.Sprint(errors.Is(err, loop.ErrRunning))
		}, "true"},
	}
	for name, c := range looks {
		for _, locked := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, locked=%v", name, locked), func(t *testing.T) {
				if locked {
					runtime.LockOSThread()
					defer runtime.UnlockOSThread()
				}
				require.NoError(t, loop.Main(func(co *coro.Co) error {
					l := loop.Of(co)
					texts, held := []string{}, ""
					r := &role{func() string { texts = append(texts, c.look(l)); return "asked" },
						func() []coro.AnyTask { held = c.look(l); return nil }}
					spawn(co, "waits", func(co *coro.Co) error {
						core := new(future.Core)
						core.Init(co, r)
						return co.Suspend(core)
					})
					if err := coro.Sleep(co, time.Nanosecond); err != nil {
						return err
					}
					require.Equal(t, "asked", l.Snapshot().Task(2).On.Text)
					require.Equal(t, []string{c.want}, texts)
					require.Equal(t, c.want, held)
					return nil
				}, loop.Interrupts(false)))
			})
		}
	}
}
