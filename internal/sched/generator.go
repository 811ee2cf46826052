package sched

import (
	"iter"
	"reflect"
	"runtime"

	"github.com/ouro-loop/ouro/internal/goroutine"
)

// A Generator is a function with a stack of its own that coroutines drive, one at a
// time: Resume runs it in the step of the coroutine that calls, until it calls Yield or
// ends. Coroutine.Yield suspends that coroutine from whatever stack it is called on; so
// the function can await in its name.
//
// What it is not: an entry of the ready queue, or a task.
type Generator struct {
	s      *Scheduler
	body   GeneratorBody
	state  GeneratorState
	resume func() (struct{}, bool) // switches to the function
	yield  func(struct{}) bool     // switches back from it

	driver   *worker    // of the coroutine that drives it, nil unless it runs
	outer    *Generator // that the driver was inside of already
	question func()     // for the driver's stack, from the function's

	taken      bool    // TakeGenerators has given it out
	key        uintptr // of its goroutine, see Scheduler.Track
	goroutine  string  // its name, if somebody needed it
	registered bool    // among known
	exits      int     // how often it was told to exit by a panic

	prev, next *Generator // in the scheduler's list of those that have begun and not ended
}

// GeneratorBody is what a Generator runs.
type GeneratorBody interface {
	// Run runs the function to its end, on the generator's stack. It recovers panics.
	Run()
}

// GeneratorState is what becomes of a Generator.
type GeneratorState uint8

const (
	GeneratorCreated   GeneratorState = iota // until the first Resume, or an End without one
	GeneratorSuspended                       // in Yield, from where the next Resume takes it
	GeneratorRunning                         // during a Resume, while its driver may be suspended
	GeneratorEnded                           // since the function has returned, or was unwound
)

// State is what has become of g.
func (g *Generator) State() GeneratorState { return g.state }

// Scheduler is what Begin was given.
func (g *Generator) Scheduler() *Scheduler { return g.s }

// Body is what Begin was given.
func (g *Generator) Body() GeneratorBody { return g.body }

// Begin readies g, which is new, for its first Resume by a coroutine of s.
func (g *Generator) Begin(s *Scheduler, body GeneratorBody) {
	g.s, g.body = s, body
	g.state = GeneratorSuspended
	g.resume, _ = iter.Pull(g.run())
	s.generators.add(g)
}

// End is the end of g, which does not run. A function that has begun is given up: it is
// for one that has not.
func (g *Generator) End() {
	if g.state != GeneratorCreated && g.state != GeneratorEnded {
		g.s.generators.remove(g)
	}
	g.state = GeneratorEnded
}

// run is what iter.Pull runs. It is not inlined, so that there is one of it, which
// generatorEntry knows.
//
//go:noinline
func (g *Generator) run() iter.Seq[struct{}] {
	return func(yield func(struct{}) bool) {
		g.yield = yield
		g.key = goroutine.Key()
		if g.s.tracking {
			g.track()
		}
		if g.s.Debug {
			g.name()
		}
		if anySet.Load() {
			g.register()
		}
		defer g.unregister()
		g.body.Run()
	}
}

var generatorEntry = reflect.ValueOf((*Generator).run(nil)).Pointer()

// Resume has the function go on, in the step of c, which is the coroutine that runs. It
// reports whether the function has called Yield; else it has ended. A Goexit of the
// function comes out of Resume too.
func (g *Generator) Resume(c *Coroutine) (yielded bool) {
	g.enter(c.worker)
	defer g.leave(&yielded)
	for {
		_, yielded = g.resume()
		question := g.question
		if question == nil {
			return yielded
		}
		g.question, yielded = nil, false
		question()
	}
}

func (g *Generator) enter(driver *worker) {
	g.state = GeneratorRunning
	g.driver, g.outer = driver, driver.inside
	driver.inside = g
}

func (g *Generator) leave(yielded *bool) {
	g.driver.inside = g.outer
	g.driver, g.outer = nil, nil
	if *yielded {
		g.state = GeneratorSuspended
	} else {
		g.End()
	}
}

// Yield suspends the function until the next Resume.
func (g *Generator) Yield() {
	g.yield(struct{}{})
	if g.Unwinding() {
		g.exit()
	}
	if anySet.Load() {
		g.register() // who drives it now may have variables, unlike who began it
	}
}

// Innermost reports whether the coroutine that drives g runs in g itself, and not in
// another generator that g's function drives.
func (g *Generator) Innermost() bool { return g.driver != nil && g.driver.inside == g }

// Inside is the innermost generator that c runs in, nil if there is none.
func (c *Coroutine) Inside() *Generator {
	if c.worker == nil {
		return nil
	}
	return c.worker.inside
}

// askDriver has f called on the stack of who drives g, and of who drives that, from the
// inside out. The caller is on the stack of g.
func (g *Generator) askDriver(f func()) {
	g.question = func() {
		outer := g.outer
		f()
		if outer != nil {
			outer.askDriver(f)
		}
	}
	g.yield(struct{}{})
}

// unwind ends g, which is suspended, by force, because the loop is closed: as the
// function of a coroutine is, see Coroutine.askToExit.
func (g *Generator) unwind() {
	s := g.s
	s.unwinding = g
	defer func() { s.unwinding = nil }()
	exit := func() { g.resume() }
	if s.thread != "" {
		exit()
	} else {
		elsewhere(exit)
	}
}

// Unwinding reports whether g is unwound because the loop is closed.
func (g *Generator) Unwinding() bool { return g.s.unwinding == g }

// exit ends the function by force, from its own stack, see Coroutine.Exit.
func (g *Generator) exit() {
	if g.s.thread == "" {
		runtime.Goexit()
	}
	if g.exits++; g.exits <= maxExits {
		panic(unwinding{})
	}
	for { // it recovers again and again: it is left suspended
		g.yield(struct{}{})
	}
}

// ExitUnwound ends the caller, if it is a function of a generator that is being unwound.
func (s *Scheduler) ExitUnwound() {
	if s.unwinding != nil {
		s.unwinding.exit()
	}
}

// TakeGenerators are the generators that have begun, in that order, and neither ended nor
// been taken before.
func (s *Scheduler) TakeGenerators() (taken []*Generator) {
	for g := s.generators.first; g != nil; g = g.next {
		if g.Take() {
			taken = append(taken, g)
		}
	}
	return taken
}

// EachGenerator calls f for the generators that have begun and not ended, in that order.
func (s *Scheduler) EachGenerator(f func(g *Generator)) {
	for g := s.generators.first; g != nil; g = g.next {
		f(g)
	}
}

// Take takes g alone, and reports false if it was taken before.
func (g *Generator) Take() bool {
	before := g.taken
	g.taken = true
	return !before
}

// unwindGenerators ends those that are suspended. Those that still run are left: what
// drives them has refused to end.
func (s *Scheduler) unwindGenerators() {
	for g := s.generators.first; g != nil; g = s.generators.first {
		suspended := g.state == GeneratorSuspended
		g.End()
		if suspended {
			s.unwindGenerator(g)
		}
	}
}

// unwindGenerator is to generators what unwind is to coroutines.
func (s *Scheduler) unwindGenerator(g *Generator) {
	returned := false
	defer func() {
		if !returned {
			s.Close()
		}
	}()
	g.unwind()
	returned = true
}

// generators is a list of them.
type generators struct{ first, last *Generator }

func (l *generators) add(g *Generator) {
	g.prev = l.last
	if l.last == nil {
		l.first = g
	} else {
		l.last.next = g
	}
	l.last = g
}

func (l *generators) remove(g *Generator) {
	if g.prev == nil {
		l.first = g.next
	} else {
		g.prev.next = g.next
	}
	if g.next == nil {
		l.last = g.prev
	} else {
		g.next.prev = g.prev
	}
	g.prev, g.next = nil, nil
}
