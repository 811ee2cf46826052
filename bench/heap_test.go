package bench

import (
	"container/heap"
	"time"
)

// timerHeap is the floor of the timers: a binary heap with the same comparison,
// deadline and then order of scheduling. It knows where each timer stands, for
// without that it could not take one out.
type timerHeap struct {
	items   []heapItem
	seq     uint64
	scratch heapItem
}

type heapItem struct {
	when  time.Duration
	seq   uint64
	timer *heapTimer
}

// A heapTimer is what a caller keeps to cancel it.
type heapTimer struct {
	call  func()
	index int
}

func (h *timerHeap) Len() int { return len(h.items) }

func (h *timerHeap) Less(i, j int) bool {
	a, b := &h.items[i], &h.items[j]
	return a.when < b.when || a.when == b.when && a.seq < b.seq
}

func (h *timerHeap) Swap(i, j int) {
	h.items[i], h.items[j] = h.items[j], h.items[i]
	h.items[i].timer.index, h.items[j].timer.index = i, j
}

func (h *timerHeap) Push(x any) {
	item := *x.(*heapItem) // a pointer, so that the interface costs no allocation
	item.timer.index = len(h.items)
	h.items = append(h.items, item)
}

func (h *timerHeap) Pop() any {
	last := len(h.items) - 1
	h.items[last].timer.index = -1
	h.items[last].timer = nil
	h.items = h.items[:last]
	return nil
}

func (h *timerHeap) callAt(when time.Duration, call func()) *heapTimer {
	h.seq++
	t := &heapTimer{call: call}
	h.scratch = heapItem{when, h.seq, t}
	heap.Push(h, &h.scratch)
	return t
}

func (h *timerHeap) cancel(t *heapTimer) { heap.Remove(h, t.index) }

// next takes the earliest timer out.
func (h *timerHeap) next() (when time.Duration, call func()) {
	first := h.items[0]
	heap.Pop(h)
	return first.when, first.timer.call
}
