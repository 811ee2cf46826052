package loop_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// A deferred function that panics while its task is unwound is reported, and the functions
// around it go no further: neither that of a generator's driver, nor that of a group. On a
// locked thread, where nothing but a panic unwinds, that is in TestLockedThread.
func TestPanicWhileUnwound(t *testing.T) {
	noLeak(t)
	require.Equal(t, strings.Split(panicsWhileUnwound, "\n"), panicWhileUnwound())
}

const panicsWhileUnwound = `plain deferred
plain: panic while the task was torn down at the close of its loop (panic: boom)
group deferred
group: panic while the task was torn down at the close of its loop (panic: boom)
generator: panic while the asynchronous generator was torn down at the close of its loop (panic: boom)
generator deferred
generators: panic while the asynchronous generator was torn down at the close of its loop (panic: boom)
generators deferred
group of another: panic while the asynchronous generator was torn down at the close of its loop (panic: boom)`

func panicWhileUnwound() (got []string) {
	unwound := ""
	l := loop.New(loop.VirtualTime(true), loop.OnException(func(_ *loop.Loop, c future.ErrorContext) {
		text, _, _ := strings.Cut(c.Err.Error(), " (")
		got = append(got, unwound+": "+c.Message+" ("+text+")")
	}))
	failing := func(name string, wait func() error) error {
		defer panic("boom")
		defer func() { unwound = name }()
		return wait()
	}
	hour := func(co *coro.Co) error {
		return failing(co.Name(), func() error { return coro.Sleep(co, time.Hour) })
	}
	group := func(co *coro.Co) error {
		return coro.Group(co, func(*coro.TaskGroup) error { return hour(co) })
	}
	generator := func(inside func(co *coro.Co) error) func(co *coro.Co) error {
		return func(co *coro.Co) error {
			_, err := coro.NewGenerator(func(y *coro.Yielder[int]) error { return inside(y.Co()) }).Next(co)
			got = append(got, "not reached")
			return err
		}
	}
	for _, tt := range []struct {
		name string
		fn   func(co *coro.Co) error
	}{
		{"plain", hour},
		{"group", group},
		{"generator", generator(hour)},
		{"generators", generator(generator(hour))},
	} {
		coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
			defer func() { got = append(got, tt.name+" deferred") }()
			return tt.fn(co)
		}), coro.Name(tt.name), coro.Quiet())
	}
	coro.CreateTask(l, coro.NewGenerator(func(y *coro.Yielder[int]) error {
		err := coro.Group(y.Co(), func(*coro.TaskGroup) error { return failing("group of another", func() error { return y.Yield(1) }) })
		got = append(got, "not reached")
		return err
	}).Next)
	check(iterateOnce(l))
	check(l.Close())
	return got
}
