package timers_test

import (
	"container/heap"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/ouro-loop/ouro/timers"
)

// rival is a binary heap with the same order and the same keys beside the
// pointer. It tracks positions, without which it could not remove from the
// middle and so could not do the same work.
type rival struct {
	items []rivalItem
	seq   uint64
}

type rivalItem struct {
	when  time.Duration
	seq   uint64
	timer *rivalTimer
}

type rivalTimer struct{ index int }

func (h *rival) Len() int { return len(h.items) }
func (h *rival) Less(i, j int) bool {
	a, b := &h.items[i], &h.items[j]
	return a.when < b.when || a.when == b.when && a.seq < b.seq
}
func (h *rival) Swap(i, j int) {
	h.items[i], h.items[j] = h.items[j], h.items[i]
	h.items[i].timer.index, h.items[j].timer.index = i, j
}
func (h *rival) Push(x any) {
	it := *x.(*rivalItem) // a pointer, so that the interface costs no allocation
	it.timer.index = len(h.items)
	h.items = append(h.items, it)
}
func (h *rival) Pop() any {
	last := len(h.items) - 1
	h.items = h.items[:last]
	return nil
}

func (h *rival) add(t *rivalTimer, when time.Duration, scratch *rivalItem) {
	h.seq++
	*scratch = rivalItem{when, h.seq, t}
	heap.Push(h, scratch)
}

var sizes = []int{1, 1000, 100_000, 1_000_000}

// BenchmarkChurn pops the earliest of n timers and adds it again later: what a
// loop does for each sleep.
func BenchmarkChurn(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprintf("queue/n=%d", n), func(b *testing.B) {
			random := rand.New(rand.NewPCG(1, 2))
			var q timers.Queue
			ts := make([]timers.Timer, n)
			for i := range ts {
				q.Add(&ts[i], time.Duration(random.IntN(1e9)))
			}
			b.ReportAllocs()
			for b.Loop() {
				t := q.PopDue(math.MaxInt64)
				q.Add(t, t.When()+time.Duration(random.IntN(1e9)))
			}
		})
		b.Run(fmt.Sprintf("heap/n=%d", n), func(b *testing.B) {
			random := rand.New(rand.NewPCG(1, 2))
			var h rival
			var scratch rivalItem
			ts := make([]rivalTimer, n)
			for i := range ts {
				h.add(&ts[i], time.Duration(random.IntN(1e9)), &scratch)
			}
			b.ReportAllocs()
			for b.Loop() {
				first := h.items[0]
				heap.Pop(&h)
				h.add(first.timer, first.when+time.Duration(random.IntN(1e9)), &scratch)
			}
		})
	}
}

// BenchmarkTimeout adds a timer behind n others and removes it before it is
// due: what a loop does for each timeout that was not needed.
func BenchmarkTimeout(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprintf("queue/n=%d", n), func(b *testing.B) {
			random := rand.New(rand.NewPCG(1, 2))
			var q timers.Queue
			ts := make([]timers.Timer, n)
			for i := range ts {
				q.Add(&ts[i], time.Duration(random.IntN(1e9)))
			}
			var t timers.Timer
			b.ReportAllocs()
			for b.Loop() {
				q.Add(&t, time.Duration(random.IntN(1e9)))
				q.Remove(&t)
			}
		})
		b.Run(fmt.Sprintf("heap/n=%d", n), func(b *testing.B) {
			random := rand.New(rand.NewPCG(1, 2))
			var h rival
			var scratch rivalItem
			ts := make([]rivalTimer, n)
			for i := range ts {
				h.add(&ts[i], time.Duration(random.IntN(1e9)), &scratch)
			}
			var t rivalTimer
			b.ReportAllocs()
			for b.Loop() {
				h.add(&t, time.Duration(random.IntN(1e9)), &scratch)
				heap.Remove(&h, t.index)
			}
		})
	}
}

// BenchmarkEqual fills the queue with n timers of one deadline and empties it
// again: a gather of n sleeps. The time is that of one timer.
func BenchmarkEqual(b *testing.B) {
	for _, n := range []int{1000, 1_000_000} {
		b.Run(fmt.Sprintf("queue/n=%d", n), func(b *testing.B) {
			ts := make([]timers.Timer, n)
			var q timers.Queue
			b.ReportAllocs()
			for b.Loop() {
				for i := range ts {
					q.Add(&ts[i], 1)
				}
				for q.PopDue(1) != nil {
				}
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(n), "ns/timer")
		})
		b.Run(fmt.Sprintf("heap/n=%d", n), func(b *testing.B) {
			ts := make([]rivalTimer, n)
			var h rival
			var scratch rivalItem
			b.ReportAllocs()
			for b.Loop() {
				for i := range ts {
					h.add(&ts[i], 1, &scratch)
				}
				for h.Len() > 0 {
					heap.Pop(&h)
				}
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(n), "ns/timer")
		})
	}
}
