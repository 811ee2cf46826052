package sched_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/internal/goroutine"
	"github.com/ouro-loop/ouro/internal/sched"
)

// Start runs the first step inside of what runs now, and goes on with that.
func TestStart(t *testing.T) {
	f := newFake(t)
	f.spawn(func(outer *body) {
		inner := f.made(func(b *body) {
			require.True(t, b.IsCurrent())
			f.log("inner begins")
			b.sleep0()
			f.log("inner ends")
		})
		inner.Start()
		require.True(t, outer.IsCurrent())
		f.log("outer goes on")
		outer.sleep0()
		f.log("outer ends")
	})
	f.run()
	require.Equal(t, []string{"inner begins", "outer goes on", "inner ends", "outer ends"}, f.lines)
}

// Close unwinds what is suspended, in order of creation, and runs deferred functions,
// which must not suspend again.
func TestCloseUnwinds(t *testing.T) {
	f := newFake(t)
	for i := range 3 {
		f.spawn(func(b *body) {
			defer func() {
				require.True(t, b.Torn())
				f.log("deferred %d", i)
			}()
			b.pause()
			f.log("not reached")
		})
	}
	never := f.made(func(*body) { f.log("not begun") })
	f.run()
	require.Equal(t, 4, f.Count())
	var all []*sched.Coroutine
	f.All(func(c *sched.Coroutine) { all = append(all, c) })
	require.Same(t, &never.Coroutine, all[3])
	f.Close()
	require.Equal(t, []string{"deferred 0", "unwound", "deferred 1", "unwound", "deferred 2", "unwound", "unwound"}, f.lines)
	require.True(t, f.Closed())
	require.Zero(t, f.Count())
	require.Zero(t, workers())
}

// OnStack calls a function on the stack of a coroutine, wherever that is.
func TestOnStack(t *testing.T) {
	f := newFake(t)
	stackOf := func(b *body) (frames string) {
		b.OnStack(func() {
			buf := make([]byte, 1<<14)
			frames = string(buf[:runtime.Stack(buf, false)])
		})
		return frames
	}
	hosting := f.spawn(host) // the first that suspends runs the others
	suspended := f.spawn(sleeper)
	notBegun := f.made(func(*body) {})
	asked := false
	f.spawn(func(b *body) {
		require.Contains(t, stackOf(b), "TestOnStack")
		require.Contains(t, stackOf(suspended), "sched_test.sleeper")
		b.sleep0()
		require.Contains(t, stackOf(hosting), "sched_test.host")
		require.Contains(t, stackOf(suspended), "sched_test.sleeper")
		require.Empty(t, stackOf(notBegun))
		f.made(func(*body) {
			require.Contains(t, stackOf(b), "TestOnStack", "a creator")
			require.Empty(t, stackOf(hosting), "too far away")
		}).Start()
		asked = true
	})
	f.run()
	require.True(t, asked)
	f.soon(func() { require.True(t, strings.Contains(stackOf(hosting), "sched_test.host")) })
	f.run()
}

func sleeper(b *body) { b.pause() }

func host(b *body) { b.pause() }

// Idle workers are used again, and no more of them are kept than asked for.
func TestWorkersAreUsedAgain(t *testing.T) {
	f := newFake(t) // which keeps ten
	for range 3 {
		for range 50 {
			f.spawn(func(b *body) { b.sleep0() })
		}
		f.run()
		require.Equal(t, 10, workers())
	}
}

// The context of the caller is found on the goroutines of loops, coroutines and jobs, and
// nothing is left behind by those that end.
func TestCallerVars(t *testing.T) {
	f := newFake(t)
	get := func() any {
		v, ok := sched.CallerVars()
		if !ok {
			return "none"
		}
		value, _ := v.Get("key")
		return value
	}
	require.Equal(t, "none", get())
	leave, err := f.EnterLoop(goroutine.Self())
	require.NoError(t, err)
	f.Vars().Set("key", "loop")
	f.RegisterCaller() // does nothing: no coroutine runs
	require.Equal(t, "none", get(), "between entries")
	f.spawn(func(b *body) {
		f.log("%v", get())
		f.Vars().Set("key", "coroutine")
		f.log("%v", get())
		f.soon(func() { f.log("%v on the host's stack", get()) })
		f.spawn(func(b *body) { f.log("%v", get()); b.pause() })
		b.sleep0()
		var call func(n int)
		call = func(n int) { // jobs inside jobs, on this very goroutine
			var job sched.Vars
			job.Set("key", n)
			sched.CallJob(job, func() {
				require.Equal(t, n, get())
				sched.CallJob(sched.Vars{}, func() { require.Nil(t, get(), "in a context without variables") })
				if n < 70 {
					call(n + 1)
				}
				require.Equal(t, n, get())
			})
		}
		call(0)
		f.log("%v", get())
	})
	f.run()
	require.Equal(t, []string{"loop", "coroutine", "<nil> on the host's stack", "coroutine", "coroutine"}, f.lines)
	leave()
	f.Close()
	require.Zero(t, sched.KnownCount())
	require.Equal(t, "none", get())
}

// A coroutine has a copy of its creator's context, or the one that it is given; CallIn
// changes it for a while.
func TestVars(t *testing.T) {
	f := newFake(t)
	get := func(v *sched.Vars) any {
		value, _ := v.Get("key")
		return value
	}
	given := &sched.Vars{}
	given.Set("key", "given")
	f.spawn(func(b *body) {
		f.Vars().Set("key", "outer")
		copied := f.spawn(func(b *body) {
			f.log("%v", get(f.Vars()))
			f.Vars().Set("key", "inner")
		})
		own := &body{f: f, fn: func(*body) {
			f.log("%v", get(f.Vars()))
			f.Vars().Set("key", "changed")
		}}
		own.Init(&f.Scheduler, own, given)
		own.Schedule()
		b.sleep0()
		require.Equal(t, "outer", get(f.Vars()))
		require.Equal(t, "inner", get(copied.Vars()))
		require.Equal(t, "changed", get(given))
		f.CallIn(given, func() { f.log("in %v", get(f.Vars())) })
		require.Equal(t, "outer", get(f.Vars()))
		f.Vars().Unset("key")
		require.Nil(t, get(f.Vars()))
	})
	f.run()
	require.Equal(t, []string{"outer", "given", "in changed"}, f.lines)
}
