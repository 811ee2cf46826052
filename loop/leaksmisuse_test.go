package loop_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// A rudeRole panics, where it is to, whatever it is asked, or ends the goroutine.
type rudeRole struct{ name, describe, holders func() }

func (r *rudeRole) Name() string {
	call(r.name)
	return "broken"
}

func (r *rudeRole) Describe() string {
	call(r.describe)
	return "a broken thing"
}

func (r *rudeRole) Holders() []coro.AnyTask {
	call(r.holders)
	return nil
}

func call(f func()) {
	if f != nil {
		f()
	}
}

func boom() { panic("boom") }

// heldBy is held by one task.
type heldBy struct {
	rudeRole
	task coro.AnyTask
}

func (h *heldBy) Holders() []coro.AnyTask { return []coro.AnyTask{h.task} }

// A brokenError panics where it is to be read.
type brokenError struct{}

func (brokenError) Error() string { panic("boom") }

// What panics in a program's methods is told in the place of what they would have said. Close
// does all the rest.
func TestLeaksThatPanic(t *testing.T) {
	noLeak(t)
	var tr testkit.Trace
	unwound := false
	err := leakMain(&tr, func(co *coro.Co) error {
		testkit.Spawn(co, func(co *coro.Co) error {
			defer func() { unwound = true }()
			var c future.Core
			c.Init(co, &rudeRole{describe: boom})
			return co.Suspend(&c)
		}, coro.Name("a"))
		_ = loop.CreateFuture[int](loop.Of(co)).SetError(brokenError{})
		_ = loop.CreateFuture[int](loop.Of(co)).SetError((*nilError)(nil))
		require.True(t, co.NoteHeld(&rudeRole{holders: boom}))
		require.True(t, co.NoteHeld(&heldBy{rudeRole{name: boom, describe: boom}, co.Task()}))
		loop.Of(co).Hold()
		return nil
	})
	require.Equal(t, []string{
		`task "a" never awaited, waits for a *loop_test.rudeRole, whose Describe panics: boom (leaksmisuse_test.go:N)`,
		`error never retrieved: %!v(PANIC=Error method: boom)`,
		`error never retrieved: <nil>`,
		`a *loop_test.heldBy, whose Describe panics: boom held by task "Task-1", which has ended`,
		`Hold never released (leaksmisuse_test.go:N)`,
	}, leakTexts(loop.Leaks(err)))
	require.True(t, unwound)
	require.Empty(t, tr)
}

type nilError struct{ text string }

func (e *nilError) Error() string { return e.text }

// A Goexit in a program's method goes on when all is done, as ever.
func TestGoexitWhereLeaksAreLookedAt(t *testing.T) {
	noLeak(t)
	for _, suspended := range []bool{false, true} {
		var l *loop.Loop
		unwound := false
		require.False(t, onGoroutine(func() {
			l = loop.New(loop.VirtualTime(true), loop.ReportLeaks(true))
			testkit.Spawn(l, func(co *coro.Co) error {
				defer func() { unwound = true }()
				if !suspended {
					co.NoteHeld(&rudeRole{holders: runtime.Goexit})
					return coro.Sleep(co, time.Hour)
				}
				var c future.Core
				c.Init(co, &rudeRole{describe: runtime.Goexit})
				return co.Suspend(&c)
			})
			_ = l.Step()
			_ = l.Close()
		}))
		require.True(t, l.IsClosed())
		require.True(t, unwound)
		require.NoError(t, l.Close())
	}
}

// Where a Goexit closes the loop nobody is given an error: the exception handler is told.
func TestLeaksAfterGoexit(t *testing.T) {
	noLeak(t)
	for _, test := range []struct {
		name string
		exit func(co *coro.Co)
	}{
		{"in main", func(*coro.Co) { runtime.Goexit() }},
		{"in a callback", func(co *coro.Co) {
			loop.Of(co).CallSoon(runtime.Goexit)
			_ = coro.Sleep(co, time.Second)
		}},
		{"in an eager task", func(co *coro.Co) {
			testkit.Spawn(co, func(*coro.Co) error {
				runtime.Goexit()
				return nil
			}, coro.Eager(true), coro.Quiet())
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var tr testkit.Trace
			require.False(t, onGoroutine(func() {
				_ = leakMain(&tr, func(co *coro.Co) error {
					loop.Of(co).Hold()
					testkit.Spawn(co, func(*coro.Co) error { return errCard })
					testkit.Spawn(co, func(co *coro.Co) error { return coro.Sleep(co, time.Hour) })
					testkit.Pass(t, co, 1)
					test.exit(co)
					return nil
				})
			}))
			require.Equal(t, testkit.Trace{
				"Task was destroyed but it is pending!",
				"Task exception was never retrieved: card refused",
			}, tr)
		})
	}
}

// A panic of a callback ends nothing, and what is left is told as ever.
func TestLeaksAfterPanic(t *testing.T) {
	var tr testkit.Trace
	err := leakMain(&tr, func(co *coro.Co) error {
		loop.Of(co).CallSoon(boom)
		testkit.Pass(t, co, 2)
		loop.Of(co).Hold()
		return nil
	})
	require.Equal(t, []string{`Hold never released (leaksmisuse_test.go:N)`}, leakTexts(loop.Leaks(err)))
	require.Len(t, tr, 1)
	require.Contains(t, tr[0], "Exception in callback github.com/ouro-loop/ouro/loop_test.boom()")

	err = leakMain(&tr, func(co *coro.Co) error {
		loop.Of(co).Hold()
		boom()
		return nil
	})
	var panicked *future.PanicError
	require.ErrorAs(t, err, &panicked)
	require.Len(t, loop.Leaks(err), 1)
}

// The text is bounded, whatever is left, and however long its names are.
func TestLeaksTextIsBounded(t *testing.T) {
	var tr testkit.Trace
	const n = 2000
	err := leakMain(&tr, func(co *coro.Co) error {
		l := loop.Of(co)
		for i := range n {
			testkit.Spawn(co, func(co *coro.Co) error { return coro.Sleep(co, time.Hour) })
			l.CallLater(time.Duration(n-i)*time.Minute, refresh)
			if i <= 10 {
				_ = loop.CreateFuture[int](l).SetError(errors.New("a\nb " + strings.Repeat("é", 1<<16)))
			}
		}
		testkit.Spawn(co, func(co *coro.Co) error {
			h := &holdsMany{}
			for range 7 {
				h.tasks = append(h.tasks, testkit.Spawn(co, func(*coro.Co) error { return nil }))
			}
			h.tasks = append(h.tasks, h.tasks...)
			co.NoteHeld(h)
			return nil
		}, coro.Name(strings.Repeat("long ", 1000)))
		err := coro.Sleep(co, time.Second)
		for range n {
			l.Hold() // no sooner: the clock stands still then
		}
		return err
	})
	leaks := loop.Leaks(err)
	require.Len(t, leaks, 3*n+12)
	require.NotEmpty(t, leaks[999].Site)
	require.Empty(t, leaks[1000].Site, "stacks cost time")
	require.Equal(t, `task "Task-1002" never awaited, waits for sleep until 1h0m0s (loop_test.TestLeaksTextIsBounded.func)`, anyLine(leaks[1000].Text))

	text := err.Error()
	require.Less(t, len(text), 10_000)
	lines := strings.Split(text, "\n")
	require.Equal(t, "loop: closed with 6012 leaks", lines[0])
	require.Len(t, lines, 1+11+11+1+11+11)
	require.Equal(t, "  and 1990 more tasks", lines[11])
	require.Equal(t, "  error never retrieved: a b "+strings.Repeat("é", 98)+"...", lines[12])
	require.Equal(t, "  and 1 more error", lines[22])
	require.Equal(t, `  many things held by task "Task-2002", task "Task-2003", task "Task-2004", task "Task-2005", task "Task-2006", and 2 more, which have ended`, lines[23])
	require.Equal(t, "  timer in 59 s for loop_test.refresh", lines[24])
	require.Equal(t, "  and 1990 more timers", lines[34])
	require.Equal(t, "  and 1990 more pieces of work", lines[45])
}

type holdsMany struct{ tasks []coro.AnyTask }

func (*holdsMany) Describe() string          { return "many things" }
func (h *holdsMany) Holders() []coro.AnyTask { return h.tasks }

// Goroutines may Hold and release while the loop closes.
func TestHoldWhileLeaksAreFound(t *testing.T) {
	for range 20 {
		l := loop.New(loop.ReportLeaks(true))
		l.Hold()
		var holding sync.WaitGroup
		for range 4 {
			holding.Go(func() {
				for range 100 {
					l.Hold()()
				}
			})
		}
		require.NotEmpty(t, loop.Leaks(l.Close()))
		holding.Wait()
	}
}

// Of nil, and of what is not made by a loop, there are none; kinds have names.
func TestLeakKinds(t *testing.T) {
	require.Empty(t, loop.Leaks((*loop.LeakError)(nil)))
	names := []string{}
	for kind := loop.LeakKind(0); kind <= loop.LeakedConnection+1; kind++ {
		names = append(names, fmt.Sprint(kind))
	}
	require.Equal(t, []string{"invalid", "task", "error", "lock", "timer", "generator", "work", "callback", "connection", "invalid"}, names)
}
