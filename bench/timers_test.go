package bench

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// BenchmarkTimers is one timer, through the loop with all that belongs to it: its
// handle, its context. The floor is container/heap with the same comparison and an
// allocated timer that can be canceled; the rival is time.AfterFunc.
//
//   - cancel schedules a timer behind 1,000 that wait, and cancels it: a timeout
//     that was not needed.
//   - replace cancels one of so many at random and schedules another.
//   - churn has the earliest of so many call its function, which schedules another:
//     what a loop does for each sleep. The time is virtual, so that nobody waits.
//   - equal schedules a million for the same moment and has them called.
func BenchmarkTimers(b *testing.B) {
	b.Run("cancel/pending=1000/ouro", func(b *testing.B) {
		onLoop(b, func(co *coro.Co) error {
			l, random := loop.Of(co), delays(1)
			_, at := pending(l, 1000, &random)
			cost := measure(b)
			for b.Loop() {
				l.CallAt(at+random.next(), nothing).Cancel()
			}
			cost.report()
			return nil
		})
	})
	b.Run("cancel/pending=1000/floor", func(b *testing.B) {
		var h timerHeap
		random := delays(1)
		pendingInHeap(&h, 1000, &random)
		b.ReportAllocs()
		cost := measure(b)
		for b.Loop() {
			h.cancel(h.callAt(random.next(), nothing))
		}
		cost.report()
	})
	b.Run("cancel/pending=1000/AfterFunc", func(b *testing.B) {
		random := delays(1)
		defer stopAll(pendingAfterFuncs(1000, &random))
		b.ReportAllocs()
		cost := measure(b)
		for b.Loop() {
			time.AfterFunc(time.Hour+random.next(), nothing).Stop()
		}
		cost.report()
	})
	for _, n := range []int{100_000, 1_000_000} {
		replaceTimers(b, n)
	}
	for _, n := range []int{100_000, 1_000_000} {
		churnTimers(b, n)
	}
	equalTimers(b, 1_000_000)
}

// pending schedules n timers at random, all of them an hour or more away, at.
func pending(l *loop.Loop, n int, random *delays) (handles []loop.TimerHandle, at time.Duration) {
	at = l.Time() + time.Hour
	handles = make([]loop.TimerHandle, n)
	for i := range handles {
		handles[i] = l.CallAt(at+random.next(), nothing)
	}
	return handles, at
}

func pendingInHeap(h *timerHeap, n int, random *delays) []*heapTimer {
	timers := make([]*heapTimer, n)
	for i := range timers {
		timers[i] = h.callAt(random.next(), nothing)
	}
	return timers
}

func pendingAfterFuncs(n int, random *delays) []*time.Timer {
	timers := make([]*time.Timer, n)
	for i := range timers {
		timers[i] = time.AfterFunc(time.Hour+random.next(), nothing)
	}
	return timers
}

func stopAll(timers []*time.Timer) {
	for _, t := range timers {
		t.Stop()
	}
}

func replaceTimers(b *testing.B, n int) {
	b.Run(fmt.Sprintf("replace/pending=%d/ouro", n), func(b *testing.B) {
		notShort(b, n)
		onLoop(b, func(co *coro.Co) error {
			l, random := loop.Of(co), delays(1)
			handles, at := pending(l, n, &random)
			cost := measure(b)
			for b.Loop() {
				i := random.below(n)
				handles[i].Cancel()
				handles[i] = l.CallAt(at+random.next(), nothing)
			}
			cost.report()
			return nil
		})
	})
	b.Run(fmt.Sprintf("replace/pending=%d/floor", n), func(b *testing.B) {
		notShort(b, n)
		var h timerHeap
		random := delays(1)
		timers := pendingInHeap(&h, n, &random)
		b.ReportAllocs()
		cost := measure(b)
		for b.Loop() {
			i := random.below(n)
			h.cancel(timers[i])
			timers[i] = h.callAt(random.next(), nothing)
		}
		cost.report()
	})
	b.Run(fmt.Sprintf("replace/pending=%d/AfterFunc", n), func(b *testing.B) {
		notShort(b, n)
		random := delays(1)
		timers := pendingAfterFuncs(n, &random)
		defer stopAll(timers)
		b.ReportAllocs()
		cost := measure(b)
		for b.Loop() {
			i := random.below(n)
			timers[i].Stop()
			timers[i] = time.AfterFunc(time.Hour+random.next(), nothing)
		}
		cost.report()
	})
}

func churnTimers(b *testing.B, n int) {
	b.Run(fmt.Sprintf("churn/pending=%d/ouro", n), func(b *testing.B) {
		notShort(b, n)
		l, random := loop.New(loop.VirtualTime(true)), delays(1)
		over := false
		var cost cost
		var call func()
		call = func() {
			switch {
			case over: // another that was due at that moment
			case b.Loop():
				l.CallAt(l.Time()+random.next(), call)
			default:
				over = true
				cost.report()
				l.Stop()
			}
		}
		for range n {
			l.CallAt(random.next(), call)
		}
		b.ReportAllocs()
		cost = measure(b)
		if err := l.RunForever(); err != nil {
			b.Fatal(err)
		}
		if err := l.Close(); err != nil {
			b.Fatal(err)
		}
	})
	b.Run(fmt.Sprintf("churn/pending=%d/floor", n), func(b *testing.B) {
		notShort(b, n)
		var h timerHeap
		var now time.Duration
		random := delays(1)
		var again func()
		again = func() { h.callAt(now+random.next(), again) }
		for range n {
			again()
		}
		b.ReportAllocs()
		cost := measure(b)
		for b.Loop() {
			var call func()
			now, call = h.next()
			call()
		}
		cost.report()
	})
}

func equalTimers(b *testing.B, n int) {
	b.Run(fmt.Sprintf("equal/n=%d/ouro", n), func(b *testing.B) {
		notShort(b, n)
		onLoop(b, func(co *coro.Co) error {
			l := loop.Of(co)
			cost := measure(b)
			for b.Loop() {
				left, done := n, loop.CreateFuture[coro.None](l)
				call := func() {
					if left--; left == 0 {
						_ = done.SetResult(coro.None{})
					}
				}
				at := l.Time()
				for range n {
					l.CallAt(at, call)
				}
				if err := await(co, done); err != nil {
					return err
				}
			}
			cost.report()
			return nil
		})
		perEach(b, n, "timer")
	})
	b.Run(fmt.Sprintf("equal/n=%d/floor", n), func(b *testing.B) {
		notShort(b, n)
		b.ReportAllocs()
		cost := measure(b)
		for b.Loop() {
			var h timerHeap
			left := n
			call := func() { left-- }
			for range n {
				h.callAt(1, call)
			}
			for h.Len() > 0 {
				_, call := h.next()
				call()
			}
			if left != 0 {
				b.Fatal("not all were called")
			}
		}
		cost.report()
		perEach(b, n, "timer")
	})
	b.Run(fmt.Sprintf("equal/n=%d/AfterFunc", n), func(b *testing.B) {
		notShort(b, n)
		b.ReportAllocs()
		cost := measure(b)
		for b.Loop() {
			var wg sync.WaitGroup
			wg.Add(n)
			for range n {
				time.AfterFunc(0, wg.Done)
			}
			wg.Wait()
		}
		cost.report()
		perEach(b, n, "timer")
	})
}
