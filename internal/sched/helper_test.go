package sched_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/internal/sched"
)

// A fake is all that a scheduler needs of a loop.
type fake struct {
	sched.Scheduler
	t       *testing.T
	busy    bool // the first four steps of an iteration have something to do
	entered int  // iterations that the loop's goroutine began
	lines   []string
}

func newFake(t *testing.T) *fake {
	f := &fake{t: t}
	f.Init(f, 10)
	t.Cleanup(func() {
		f.Close()
		require.Zero(t, f.Count(), "coroutines are left")
	})
	return f
}

func (f *fake) Schedule(e sched.Entry) { f.Push(e) }
func (f *fake) Callback(fn func(), _ sched.CallOptions) sched.Entry {
	return &callback{f, sched.Vars{}, fn}
}
func (f *fake) CheckGoroutine()             {}
func (f *fake) Calm()                       {}
func (f *fake) OnlyReady() bool             { return !f.busy }
func (f *fake) Panicked(v any)              { f.log("panic: %v", v) }
func (f *fake) TimeOfRecord() time.Duration { return 0 }

// run runs iterations until nothing is ready.
func (f *fake) run() {
	for f.Ready() > 0 {
		f.entered++
		f.RunReady()
	}
}

func (f *fake) log(format string, args ...any) {
	f.lines = append(f.lines, fmt.Sprintf(format, args...))
}

// A callback is an entry that is no coroutine.
type callback struct {
	f    *fake
	vars sched.Vars
	fn   func()
}

func (c *callback) Run() { c.f.Call(&c.vars, c.fn) }

func (f *fake) soon(fn func()) { f.Push(f.Callback(fn, sched.CallOptions{})) }

// workers counts the goroutines that coroutines run on.
func workers() int {
	stacks := make([]byte, 1<<20)
	return strings.Count(string(stacks[:runtime.Stack(stacks, true)]), "sched.(*worker).run.func1(")
}

// A body is a function as what a coroutine runs.
type body struct {
	sched.Coroutine
	f  *fake
	fn func(b *body)
}

// spawn makes a coroutine and schedules it.
func (f *fake) spawn(fn func(b *body)) *body {
	b := f.made(fn)
	b.Schedule()
	return b
}

func (f *fake) made(fn func(b *body)) *body {
	b := &body{f: f, fn: fn}
	b.Init(&f.Scheduler, b, nil)
	return b
}

func (b *body) Run() {
	returned := false
	defer func() {
		if returned {
			return
		}
		if v := recover(); v != nil {
			b.f.log("coroutine panic: %v", v)
			b.Retire()
			return
		}
		b.Lost()
	}()
	b.fn(b)
	returned = true
	b.Retire()
}

func (b *body) Serial() uint32 { return 0 }

func (b *body) Given() string { return "" }

func (b *body) Unwound() {
	b.f.log("unwound")
	b.Retire()
}

// pause suspends until the next step.
func (b *body) pause() {
	if !b.Host() {
		b.Coroutine.Yield()
	}
	if b.Asked() {
		b.Answer()
	}
}

// sleep0 lets everything that is ready run first.
func (b *body) sleep0() {
	b.Schedule()
	b.pause()
}
