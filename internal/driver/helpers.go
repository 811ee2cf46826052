package driver

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/sched"
)

// Helpers are goroutines that wait for the connections of one loop, where there are no descriptors to
// watch: what a loop knows of them, and what they know of it. Its methods are for the loop's goroutine,
// but for Add, Closed, Remove, Post and Go.
type Helpers struct {
	on      future.OnLoop
	outside Outside
	budget  int
	left    int // operations until one gives way
	waiting int

	mu         sync.Mutex
	transports map[Helped]int // numbered in order of creation; 0: closed, but not at its end
	made       int
	running    int // goroutines
	idle       chan struct{}
	closed     bool
}

// Outside is what a loop has of what comes from outside.
type Outside struct {
	Post  func(e sched.Entry) error // has an entry run on the loop; it is for any goroutine
	Begin func()                    // told when somebody waits for a connection,
	End   func()                    // and when nobody does any more
}

// A Helped is a connection that goroutines wait for.
type Helped interface {
	// LoopClosed is told that the loop is: no goroutine is to wait for it any more.
	LoopClosed()
}

// NewHelpers returns those of the loop that on is on, to be closed by its owner.
func NewHelpers(on future.OnLoop, outside Outside, budget int) *Helpers {
	return &Helpers{on: on, outside: outside, budget: budget, left: budget, transports: map[Helped]int{}}
}

// HelpersOf are those of a loop. The error tells of a loop that is to take nothing from outside, that is
// recorded, or replayed, or closed. If there were any before, it may be called on any goroutine.
func HelpersOf(on future.OnLoop) (*Helpers, error) {
	loop := (*sched.Scheduler)(on.Scheduler()).Loop()
	return loop.(interface{ Helpers() (*Helpers, error) }).Helpers() // there is no other kind, see loop.Of
}

// Add has the loop know of a connection, until Remove.
func (h *Helpers) Add(t Helped) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed {
		h.made++
		h.transports[t] = h.made
	}
}

// Closed is told that a connection is closed, and yet at work until Remove: with what was written before.
func (h *Helpers) Closed(t Helped) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed {
		h.transports[t] = 0
	}
}

// Remove is told that nothing is left of a connection.
func (h *Helpers) Remove(t Helped) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.transports, t)
}

// Each calls f for the connections that are not closed, in order of creation.
func (h *Helpers) Each(f func(t Helped)) {
	for _, t := range h.open() {
		f(t)
	}
}

func (h *Helpers) open() []Helped {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := slices.SortedFunc(maps.Keys(h.transports), func(a, b Helped) int { return h.transports[a] - h.transports[b] })
	return slices.DeleteFunc(all, func(t Helped) bool { return h.transports[t] == 0 })
}

// Begin tells that one more waits: a task, or a callback. While any does, the loop expects something from
// outside.
func (h *Helpers) Begin() {
	if h.waiting++; h.waiting == 1 {
		h.outside.Begin()
	}
}

// End is the end of a Begin.
func (h *Helpers) End() {
	if h.waiting--; h.waiting == 0 {
		h.outside.End()
	}
}

// Spend is told of an operation that need not wait: when there have been as many as IOBudget allows,
// the task gives way to the others once. The error is its cancellation.
func (h *Helpers) Spend(co *coro.Co) error {
	if h.left--; h.left > 0 {
		return nil
	}
	h.left = h.budget
	return coro.Sleep(co, 0)
}

// CallSoon has f called in a callback, unless the loop is closed.
func (h *Helpers) CallSoon(f func()) {
	s := (*sched.Scheduler)(h.on.Scheduler())
	s.Schedule(s.Loop().Callback(f, sched.CallOptions{}))
}

// Post has an entry run on the loop; if that is closed, it is dropped. It is safe for concurrent use.
func (h *Helpers) Post(e sched.Entry) { _ = h.outside.Post(e) }

// Go runs f on a goroutine. Close waits for it, if it had begun before. It is safe for concurrent use.
func (h *Helpers) Go(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		go f()
		return
	}
	h.running++
	go func() {
		defer h.ended()
		f()
	}()
}

func (h *Helpers) ended() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.running--; h.running == 0 && h.idle != nil {
		close(h.idle)
	}
}

// farewell is how long Close waits at most.
const farewell = time.Second

// Close has all connections let go of the loop, and waits until the goroutines have ended.
func (h *Helpers) Close() {
	transports, idle := h.close() // first: what others wait for from now on is not the loop's
	for t := range transports {
		t.LoopClosed()
	}
	timer := time.NewTimer(farewell)
	defer timer.Stop()
	select {
	case <-idle:
	case <-timer.C:
	}
}

// close gives those that there were, and the channel that is closed when no goroutine runs any more.
func (h *Helpers) close() (transports map[Helped]int, idle <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	transports = h.transports
	h.closed, h.transports = true, nil
	h.idle = make(chan struct{})
	if h.running == 0 {
		close(h.idle)
	}
	return transports, h.idle
}
