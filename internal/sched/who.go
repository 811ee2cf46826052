package sched

import (
	"sync"
	"sync/atomic"

	"github.com/ouro-loop/ouro/internal/goroutine"
)

// A connection is a net.Conn too, and deep in a library its Read has to know who calls: nobody hands
// it a Co. Go has nothing that belongs to a goroutine, but the runtime has, and each has an address:
// its key. Once somebody asks who calls, the goroutines of a loop are entered by their keys: that
// which runs the loop, the workers and those of generators. Each is taken out when it ends, on
// itself, as another one may have its key then.

// A Place is where code of the program runs.
type Place uint8

const (
	// Elsewhere is a goroutine of the program's own, or of no loop that is tracked.
	Elsewhere Place = iota

	// InCoroutine is the step of a coroutine, which may suspend.
	InCoroutine

	// InCallback is anything else that a loop runs: a callback, of whoever hosts it; what is around
	// its entries; a deferred function of a coroutine that is ended by force.
	InCallback
)

// tracked are the goroutines of loops that are tracked, by key: *goroutineOf.
var tracked sync.Map

// goroutineOf is a goroutine of a loop. It runs coroutines, or a generator, or neither: then
// it runs the loop.
type goroutineOf struct {
	key       uintptr
	gone      atomic.Bool // another may have the key
	s         *Scheduler
	worker    *worker
	generator *Generator
}

func (of *goroutineOf) enter(key uintptr) {
	of.key = key
	if before, ok := tracked.Swap(key, of); ok {
		before.(*goroutineOf).gone.Store(true)
	}
}

// leave takes the goroutine out that has this key.
func leave(key uintptr) {
	if of, ok := tracked.LoadAndDelete(key); ok {
		of.(*goroutineOf).gone.Store(true)
	}
}

// WhoCalls is that of a Caller who remembers nobody.
func WhoCalls() (at Place, s *Scheduler, c *Coroutine) {
	var who Caller
	return who.WhoCalls()
}

// A Caller is who has called last. As a rule the same calls again, and needs not be looked for.
type Caller struct{ last atomic.Pointer[goroutineOf] }

// WhoCalls is where the caller runs; of whatever loop, as long as it is tracked; and the coroutine
// if it is in one. It is safe for concurrent use.
func (c *Caller) WhoCalls() (at Place, s *Scheduler, k *Coroutine) {
	if !goroutine.HasKeys {
		return whoCallsByFrames()
	}
	key := goroutine.Key()
	of := c.last.Load()
	if of == nil || of.key != key || of.gone.Load() {
		found, ok := tracked.Load(key)
		if !ok {
			return Elsewhere, nil, nil
		}
		of = found.(*goroutineOf)
		c.last.Store(of)
	}
	return of.where()
}

// where is that of the goroutine, which calls it.
func (of *goroutineOf) where() (at Place, s *Scheduler, c *Coroutine) {
	w := of.worker
	if of.generator != nil {
		w = of.generator.driver
	}
	if w == nil || w.co == nil || of.s.current != w.co || w.unwinding {
		return InCallback, of.s, nil
	}
	return InCoroutine, of.s, w.co
}

// whoCallsByFrames is WhoCalls where goroutines have no keys. Where several loops run side by side, a
// coroutine that had begun before its loop was tracked may be taken for somebody else.
func whoCallsByFrames() (at Place, s *Scheduler, c *Coroutine) {
	if at, _ := callerFrame(); at != inEntry {
		return Elsewhere, nil, nil
	}
	s = callerScheduler()
	switch {
	case s == nil:
		return Elsewhere, nil, nil
	case s.current == nil, s.current.Torn():
		return InCallback, s, nil
	}
	return InCoroutine, s, s.current
}

// Track has WhoCalls know the goroutines of s from now on. It is called on one of them.
func (s *Scheduler) Track() {
	if s.tracking {
		return
	}
	s.tracking = true
	if !goroutine.HasKeys {
		anySet.Store(true) // for whoCallsByFrames; it costs each post, and each coroutine, a look at the stack
		return
	}
	s.trackLoop()
	for _, w := range s.pool.idle {
		w.track()
	}
	s.All(func(c *Coroutine) {
		if c.worker != nil {
			c.worker.track()
		}
	})
	s.EachGenerator((*Generator).track)
}

// enterKey notes the calling goroutine as that which runs the loop.
func (s *Scheduler) enterKey() {
	s.key = goroutine.Key()
	if s.tracking {
		s.trackLoop()
	}
}

func (s *Scheduler) leaveKey() {
	if s.tracking {
		leave(s.key)
	}
	s.key = 0
}

// trackLoop enters the goroutine that runs the loop, if one does.
func (s *Scheduler) trackLoop() {
	if s.key != 0 {
		(&goroutineOf{s: s}).enter(s.key)
	}
}

// track enters the worker, if it has begun.
func (w *worker) track() {
	if w.key != 0 {
		(&goroutineOf{s: w.sched, worker: w}).enter(w.key)
	}
}

func (g *Generator) track() {
	if g.key != 0 {
		(&goroutineOf{s: g.s, generator: g}).enter(g.key)
	}
}
