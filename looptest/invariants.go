package looptest

import (
	"fmt"
	"runtime/debug"
	"time"

	"github.com/ouro-loop/ouro/internal/sched"
)

// invariants are what a run is asked after each step.
type invariants struct {
	always []func()
	calms  []*calm

	disturb func(step int) // before each, nil for nobody
	step    int            // from 1 on
}

// A calm is what must come true in time.
type calm struct {
	ok   func() bool
	over bool // it has, or has failed to
}

// Always has f called after every step and callback, and once now. It is to fail the test if
// something is not as it always must be.
func (t *T) Always(f func()) {
	if f == nil {
		panic("looptest: Always of a nil function")
	}
	f()
	t.run().steps.always = append(t.run().steps.always, f)
	t.run().watchSteps()
}

// Calm says that from here on everything goes its usual way, and that ok must then come true
// within d of the loop's time: that the program recovers. It is asked after every step.
func (t *T) Calm(d time.Duration, ok func() bool) {
	if ok == nil {
		panic("looptest: Calm of a nil function")
	}
	r := t.run()
	r.calm = true
	if ok() {
		return
	}
	c := &calm{ok: ok}
	r.steps.calms = append(r.steps.calms, c)
	timer := r.loop.CallLater(d, func() {
		if !c.over {
			c.over = true
			r.tell(failure{"calm", fmt.Sprintf("what Calm asks for has not come true within %v", d)})
		}
	})
	c.ok = func() bool {
		done := ok()
		if done {
			timer.Cancel()
		}
		return done
	}
	r.watchSteps()
}

func (r *run) watchSteps() {
	r.scheduler().SetLooker(func(next sched.Entry) {
		r.stepped()
		if r.moments != nil {
			r.moments.begins(next)
		}
	})
}

func (r *run) stepEnded(e sched.Entry) {
	if r.moments != nil {
		r.moments.ended(e)
	}
}

// stepped is called after every step.
func (r *run) stepped() {
	if r.histories != nil {
		r.histories.stepped()
	}
	if s := &r.steps; s.disturb != nil {
		s.step++
		s.disturb(s.step)
	}
	if !r.failed() {
		r.ask()
	}
}

// ask keeps a panic from the loop, which would lose the step that comes next.
func (r *run) ask() {
	defer func() {
		if v := recover(); v != nil {
			r.tell(failure{"panic", fmt.Sprintf("panic in a function of Always or Calm: %v\n\n%s", v, debug.Stack())})
		}
	}()
	for _, f := range r.steps.always {
		f()
	}
	for _, c := range r.steps.calms {
		c.over = c.over || c.ok()
	}
}

// end is what is asked when main has ended.
func (s *invariants) end(r *run) {
	if s.always == nil && s.calms == nil {
		return
	}
	r.stepped()
	for _, c := range s.calms {
		if !c.over && !r.failed() {
			r.tell(failure{"calm", "what Calm asks for has not come true when main ended"})
		}
	}
	*s = invariants{}
}

// Sometimes says that ok must be true in at least one run: an exploration in which it never was
// fails, as it has not tested what it was meant to. What says in some words what that is.
func (t *T) Sometimes(what string, ok bool) {
	t.run().x.sometimes(fmt.Sprintf("Sometimes %q: it never was", what), ok)
}
