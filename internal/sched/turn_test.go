package sched_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/internal/sched"
)

// Coroutines and callbacks take turns in the order in which they were scheduled,
// whoever runs them.
func TestOrder(t *testing.T) {
	for _, hosted := range []int{0, 1, 8, 64} {
		t.Run(fmt.Sprintf("hosted=%d", hosted), func(t *testing.T) {
			f := newFake(t)
			f.SetMaxHosted(hosted)
			for i := range 3 {
				f.spawn(func(b *body) {
					for step := range 2 {
						f.log("co %d step %d", i, step)
						f.soon(func() { f.log("callback of %d", i) })
						b.sleep0()
					}
				})
			}
			f.run()
			require.Equal(t, []string{
				"co 0 step 0", "co 1 step 0", "co 2 step 0",
				"callback of 0", "co 0 step 1", "callback of 1", "co 1 step 1", "callback of 2", "co 2 step 1",
				"callback of 0", "callback of 1", "callback of 2",
			}, f.lines)
		})
	}
}

// An entry that is nil has been torn by a push from another goroutine. The loop's goroutine
// tells of it, also where a host has met it.
func TestNilEntry(t *testing.T) {
	for _, hosted := range []int{0, 8} {
		t.Run(fmt.Sprintf("hosted=%d", hosted), func(t *testing.T) {
			f := newFake(t)
			f.SetMaxHosted(hosted)
			f.spawn(func(b *body) {
				f.Push(nil)
				b.sleep0()
				f.log("goes on")
			})
			require.PanicsWithValue(t, sched.ErrWrongGoroutine, f.run)
			require.Empty(t, f.lines)
			f.run()
			require.Equal(t, []string{"goes on"}, f.lines)
		})
	}
}

// A random program leaves the same trace whoever takes the entries. It is made anew
// for each run, from a seed.
func TestOrderOfRandomPrograms(t *testing.T) {
	entries := 0
	for seed := range uint64(300) {
		var want []string
		for _, hosted := range []int{0, 1, 2, 8, 64} {
			got := randomProgram(t, seed, hosted)
			if want == nil {
				want = got
				entries += len(want)
			}
			require.Equal(t, want, got, "seed %d, hosted %d", seed, hosted)
		}
	}
	require.Greater(t, entries, 300*30)
}

func randomProgram(t *testing.T, seed uint64, hosted int) []string {
	f := newFake(t)
	f.SetMaxHosted(hosted)
	r := rand.New(rand.NewPCG(seed, 1))
	made, parked := 0, []*body{}
	var act func(b *body, depth int)
	act = func(b *body, depth int) {
		made++
		me := made
		for range r.IntN(6) {
			f.log("%d", me)
			switch r.IntN(8) {
			case 0, 1:
				b.sleep0()
			case 2:
				if depth < 4 {
					f.spawn(func(b *body) { act(b, depth+1) })
				}
			case 3:
				if depth < 4 {
					f.made(func(b *body) { act(b, depth+1) }).Start()
				}
			case 4:
				f.soon(func() {
					f.log("callback of %d", me)
					if n := len(parked); n > 0 {
						parked[n-1].Schedule()
						parked = parked[:n-1]
					}
				})
			case 5:
				f.soon(func() { panic(me) })
			case 6:
				parked = append(parked, b)
				b.pause()
			case 7:
				f.busy = !f.busy
			}
		}
		f.log("%d ends", me)
	}
	for range 4 {
		f.spawn(func(b *body) { act(b, 0) })
	}
	for rounds := 0; rounds < 3; rounds++ {
		for !f.runRecovering() {
		}
		f.log("woken from outside")
		for _, b := range parked {
			b.Schedule()
		}
		parked = nil
	}
	return f.lines
}

// runRecovering is run, up to an entry that panics, which it reports; it is then called
// again.
func (f *fake) runRecovering() (ended bool) {
	defer func() {
		if v := recover(); v != nil {
			f.Panicked(v)
			f.LeaveCallback()
		}
	}()
	f.RunRest() // of the iteration in which an entry panicked
	f.run()
	return true
}

// A coroutine that yields alone hosts itself: the loop's goroutine begins one iteration.
func TestHostNeedsNoSwitch(t *testing.T) {
	f := newFake(t)
	f.spawn(func(b *body) {
		for range 1000 {
			b.sleep0()
		}
	})
	f.run()
	require.LessOrEqual(t, f.entered, 2)

	f.SetMaxHosted(0)
	f.entered = 0
	f.spawn(func(b *body) {
		for range 1000 {
			b.sleep0()
		}
	})
	f.run()
	require.Equal(t, 1001, f.entered)
}

// Nobody but the loop's goroutine begins an iteration while the loop has something
// else to do.
func TestBusyLoopBeginsIterations(t *testing.T) {
	f := newFake(t)
	f.busy = true
	f.spawn(func(b *body) {
		for range 10 {
			b.sleep0()
		}
	})
	f.run()
	require.Equal(t, 11, f.entered)
}

// In an iteration with many entries nobody hosts, and functions that do not suspend
// run one after the other on one worker.
func TestOneWorkerForMany(t *testing.T) {
	f := newFake(t)
	most := 0
	for range 100 {
		f.spawn(func(*body) { most = max(most, workers()) })
	}
	f.run()
	require.Equal(t, 1, most)
}

// Halt leaves what is ready for later, also in the middle of an iteration that a host
// runs.
func TestHalt(t *testing.T) {
	for _, hosted := range []int{0, 8} {
		f := newFake(t)
		f.SetMaxHosted(hosted)
		f.spawn(func(b *body) {
			f.log("a")
			b.sleep0()
			f.log("a again")
		})
		f.soon(func() { f.log("halt"); f.Halt(true) })
		f.soon(func() { f.log("b") })
		f.RunReady()
		f.RunReady()
		require.Equal(t, []string{"a", "halt"}, f.lines)
		f.Halt(false)
		f.run()
		require.Equal(t, []string{"a", "halt", "b", "a again"}, f.lines)
	}
}

// SetAround is given every entry, by the loop's goroutine.
func TestAround(t *testing.T) {
	f := newFake(t)
	f.SetAround(func(e sched.Entry) {
		f.log("%T", e)
		e.Run()
	})
	f.spawn(func(b *body) {
		f.soon(func() {})
		b.sleep0()
	})
	f.run()
	require.Equal(t, []string{"*sched.Coroutine", "*sched_test.callback", "*sched.Coroutine"}, f.lines)
	f.SetAround(nil)
	f.soon(func() {})
	f.run()
	require.Len(t, f.lines, 3)
}

// A callback's panic is reported, and does not reach the coroutine that hosts it; its
// context is gone with it.
func TestHostedPanic(t *testing.T) {
	f := newFake(t)
	f.spawn(func(b *body) {
		f.soon(func() {
			f.Vars().Set("key", 1)
			panic("boom")
		})
		f.soon(func() {
			_, set := f.Vars().Get("key")
			f.log("set in the next callback: %v", set)
		})
		b.sleep0()
		f.log("the host goes on")
	})
	f.run()
	require.Equal(t, []string{"panic: boom", "set in the next callback: false", "the host goes on"}, f.lines)
	require.Nil(t, f.Running())
	f.Vars().Set("outside", 1)
	value, set := f.Vars().Get("outside")
	require.True(t, set)
	require.Equal(t, 1, value)
}

// After a panic in a callback that the host has run, the context is the loop's own
// again for what is neither task nor callback.
func TestContextAfterHostedPanic(t *testing.T) {
	f := newFake(t)
	own := f.Vars()
	f.spawn(func(b *body) {
		f.soon(func() { panic("boom") })
		b.sleep0()
	})
	f.run()
	require.Same(t, own, f.Vars())
}

// A Goexit in a callback that a host runs takes the host along.
func TestHostedGoexit(t *testing.T) {
	f := newFake(t)
	ended := make(chan bool)
	go func() {
		returned := false
		defer func() { ended <- returned }()
		f.spawn(func(b *body) {
			defer func() { f.log("torn %v", b.Torn()) }()
			f.soon(runtime.Goexit)
			b.sleep0()
			f.log("not reached")
		})
		f.run()
		returned = true
	}()
	require.False(t, <-ended)
	require.Contains(t, f.lines, "torn true")
	require.NotContains(t, f.lines, "not reached")
}

// A looker and an ender are called around each entry, and nobody hosts: what a step schedules has
// not run when its end is told.
func TestLookerAndEnder(t *testing.T) {
	f := newFake(t)
	names := map[sched.Entry]string{}
	f.spawn(func(b *body) {
		f.soon(func() { f.log("callback") })
		f.log("step 0")
		b.sleep0()
		f.log("step 1")
	})
	f.EachReady(func(e sched.Entry) { names[e] = "co" })
	f.SetLooker(func(e sched.Entry) { f.log("before %s", names[e]) })
	f.SetEnder(func(e sched.Entry) { f.log("after %s", names[e]) })
	f.run()
	require.Equal(t, []string{
		"before co", "step 0", "after co", "before ", "callback", "after ", "before co", "step 1", "after co",
	}, f.lines)
}
