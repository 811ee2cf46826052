package looptest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// T is the testing.TB of one run, and what a test says about it. It is good for everything that
// takes a testing.TB, as package require. What it is told of failures and of cleanup belongs to the
// run: a schedule that has failed is run again. The test's own t must not be used in main.
//
// Its methods must be called on the loop's goroutine: in main, coroutines and callbacks.
type T struct {
	testing.TB
	owner *run
}

// run is the run that t belongs to, as long as that goes on: what it would be told later nobody sees.
func (t *T) run() *run {
	if t.owner.over.Load() {
		panic(fmt.Sprintf("looptest: the t of a run of %s that is over; each run has its own, and a goroutine that uses it must end before main does", t.Name()))
	}
	return t.owner
}

// Loop is the loop of the run.
func (t *T) Loop() *loop.Loop { return t.run().loop }

// Choose is one of n, from 0 on, and every one of them is tried: a fault that is there or not, a
// way to go. 0 is the usual one. What says in a word what it is about, for the report.
func (t *T) Choose(what string, n int) int {
	if n <= 0 {
		panic(fmt.Sprintf("looptest: Choose among %d", n))
	}
	return t.run().chooseOwn(what, n)
}

// Between is a time from least to most, which is tried: the shortest, the longest, and what ends
// beside and at each deadline in between that there is by now. The random part of an exploration
// tries others. The shortest is the usual one.
func (t *T) Between(least, most time.Duration) time.Duration {
	if least < 0 || most < least {
		panic(fmt.Sprintf("looptest: Between %v and %v, which is no range of times", least, most))
	}
	return t.run().chooseDelay(least, most)
}

// Delay is a Sleep of a time Between least and most: how long a network or a disk takes.
func (t *T) Delay(co *coro.Co, least, most time.Duration) error {
	return coro.Sleep(co, t.Between(least, most))
}

// Rand is chance that is the same in every run of one [Seed], so that a schedule can be run again.
func (t *T) Rand() *rand.Rand {
	if t.run().rand == nil {
		t.run().rand = rand.New(rand.NewPCG(t.run().x.options.seed, 0))
	}
	return t.run().rand
}

// Note puts v into the trace of the run, in which a failure is told, see [Explore]. It is part of
// what happens: of two runs that are to do the same it must be the same.
func (t *T) Note(v any) {
	text := fmt.Sprint(v)
	t.run().note(text)
	if h := t.run().histories; h != nil {
		h.chose(Digest(text))
	}
}

// Name is that of the test.
func (t *T) Name() string { return t.TB.Name() }

// Helper marks the function that calls it as one whose lines are not of interest.
func (t *T) Helper() {
	var pc [1]uintptr
	if runtime.Callers(2, pc[:]) > 0 {
		t.run().helpers[pc[0]] = true
	}
}

// Context is canceled when main has ended.
func (t *T) Context() context.Context { return t.run().context() }

// Cleanup has f called when the run has ended, the last one first. Nothing of the run is left
// then.
func (t *T) Cleanup(f func()) {
	if f == nil {
		panic("looptest: Cleanup of a nil function")
	}
	t.run().cleanups = append(t.run().cleanups, f)
}

// Finally is another word for Cleanup: f looks at what is left in the end.
func (t *T) Finally(f func()) { t.Cleanup(f) }
