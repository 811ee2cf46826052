package sched

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A Watch is how watchdogs, on goroutines of their own, see whether a loop goes on, and what
// keeps it. A watchdog asks; the loop answers when it takes its next entry. Nothing of it can
// block the loop, which stamps the time and no more. What costs something when nobody asks is
// kept small: a look at a flag for each entry, and a store for each step of a coroutine that
// another one has run before.
//
// The loop's goroutine makes it and gives it up; probes come and go on any.
type Watch struct {
	asked atomic.Bool // some probe waits for an answer
	rests atomic.Bool // the loop does not run, or waits
	shown atomic.Pointer[Shown]
	loop  atomic.Pointer[string] // the name of the goroutine that the loop runs on
	start time.Time              // what stamps count from
	last  *Coroutine             // of which shown is; the loop's

	mu     sync.Mutex // held for some nanoseconds, never during a call to elsewhere
	probes []*Probe
}

// Shown is what others may see of the coroutine that runs. It is never changed.
type Shown struct {
	Body      Body
	Given     string // of the body, which may be given another one later
	Goroutine string // its name, "" if that is not known
}

// A Probe is one watchdog's question to the loop.
type Probe struct {
	watch  *Watch
	stamp  atomic.Int64 // when it was answered, zero if it was not
	asleep atomic.Bool  // it waits for Woken
	woken  chan struct{}
}

// AddProbe gives a watchdog its probe. The loop of s runs on the goroutine of that name, or
// does not run if it is "".
func (s *Scheduler) AddProbe(goroutine string) *Probe {
	if s.watch == nil {
		s.watch = &Watch{start: time.Now()}
		s.watch.rests.Store(goroutine == "")
		s.watch.loop.Store(&goroutine)
		s.setAlone()
	}
	w := s.watch
	if s.current != nil {
		w.showAnew(s.current)
	}
	p := &Probe{watch: w, woken: make(chan struct{}, 1)}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.probes = append(w.probes, p)
	return p
}

// Remove ends the probe. The loop gives up its Watch when it comes by and no probe is left.
func (p *Probe) Remove() {
	w := p.watch
	w.mu.Lock()
	defer w.mu.Unlock()
	w.probes = slices.DeleteFunc(w.probes, func(other *Probe) bool { return other == p })
	w.asked.Store(true)
}

// Ask asks the loop for its next answer.
func (p *Probe) Ask() {
	p.stamp.Store(0) // first: the loop answers those that have no stamp
	p.watch.asked.Store(true)
}

// Answered is when the loop has gone on since Ask, or false if it is where it was.
func (p *Probe) Answered() (at time.Time, ok bool) {
	stamp := p.stamp.Load()
	return p.watch.start.Add(time.Duration(stamp)), stamp != 0
}

// Rests reports whether the loop does not run, or waits. It is asked before Answered: a loop
// that rested when it was asked, and no longer does, has answered.
func (p *Probe) Rests() bool { return p.watch.rests.Load() }

// Sleep is for a watchdog with nothing to watch: the channel is sent to when the loop no
// longer rests. It is nil if that is so already.
func (p *Probe) Sleep() <-chan struct{} {
	select {
	case <-p.woken: // of an earlier time
	default:
	}
	p.asleep.Store(true) // then looks; the loop tells that it goes on, then looks who sleeps
	if !p.Rests() && p.asleep.CompareAndSwap(true, false) {
		return nil
	}
	return p.woken
}

// Shown is the coroutine that runs, or has run before the callback that runs; nil if none has
// since the loop rested. Of a callback that a host runs it is the host.
func (p *Probe) Shown() *Shown { return p.watch.shown.Load() }

// LoopGoroutine is the name of the goroutine that the loop runs on, or ran on last.
func (p *Probe) LoopGoroutine() string { return *p.watch.loop.Load() }

// showAlive is called when an entry was taken, before it runs.
func (s *Scheduler) showAlive() {
	if w := s.watch; w != nil && w.asked.Load() {
		s.answer()
	}
}

// answer stamps the time for those who have asked.
//
//go:noinline
func (s *Scheduler) answer() {
	w := s.watch
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked.Store(false) // first: who asks meanwhile is answered now, or at the next entry
	if len(w.probes) == 0 {
		s.watch = nil
		s.setAlone()
		return
	}
	stamp := int64(max(time.Since(w.start), 1))
	for _, p := range w.probes {
		if p.stamp.Load() == 0 {
			p.stamp.Store(stamp)
		}
	}
}

// Rest says that the loop does not go on from here until WakeUp, and is not to.
func (s *Scheduler) Rest() {
	if s.watch == nil {
		return
	}
	s.answer()
	if w := s.watch; w != nil {
		w.rests.Store(true)
		w.last = nil // an ended task is not to be kept alive by having been the last
		w.shown.Store(nil)
	}
}

// WakeUp is the end of Rest.
func (s *Scheduler) WakeUp() {
	if s.watch == nil {
		return
	}
	s.answer() // first: see Probe.Rests
	if w := s.watch; w != nil {
		w.rests.Store(false)
		w.wakeSleepers()
	}
}

// BeginRun is WakeUp where a run begins, on the goroutine of that name.
func (s *Scheduler) BeginRun(goroutine string) {
	if w := s.watch; w != nil {
		if *w.loop.Load() != goroutine {
			name := goroutine // here, so that it is allocated only now
			w.loop.Store(&name)
		}
		s.WakeUp()
	}
}

func (w *Watch) wakeSleepers() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.probes {
		if p.asleep.Load() && p.asleep.CompareAndSwap(true, false) {
			p.woken <- struct{}{} // has room: Sleep has emptied it
		}
	}
}

// show shows that c runs now; nil is a callback, for which that who ran before stays.
func (s *Scheduler) show(c *Coroutine) {
	if w := s.watch; w != nil && w.last != c {
		w.showAnew(c)
	}
}

// showEntry shows what e runs on: a coroutine, unless it has not begun, or that which hosts a
// callback.
func (s *Scheduler) showEntry(e Entry) {
	if c, ok := e.(*Coroutine); ok {
		s.show(c)
	} else {
		s.show(s.host)
	}
}

//go:noinline
func (w *Watch) showAnew(c *Coroutine) {
	if c == nil || c.worker == nil { // a worker is lost when the body sets its outcome
		return
	}
	worker := c.worker
	if worker.shown == nil {
		worker.shown = &Shown{c.body, c.body.Given(), worker.goroutine}
	}
	w.last = c
	w.shown.Store(worker.shown)
}

// Renamed tells that c was given another name.
func (c *Coroutine) Renamed() {
	if c.worker == nil {
		return
	}
	c.worker.shown = nil
	if w := c.s.watch; w != nil && w.last == c {
		w.showAnew(c)
	}
}

// nameWatched has the name of the worker's goroutine, which calls it, shown with what runs
// there.
func (w *worker) nameWatched() {
	w.name()
	if w.shown != nil && w.shown.Goroutine == "" { // shown before it could tell
		w.co.Renamed()
	}
}

// Watched reports whether there is a Watch, which AddProbe makes.
func (s *Scheduler) Watched() bool { return s.watch != nil }
