package looptest

import (
	"testing"
	"time"

	"github.com/ouro-loop/ouro/looptest/internal/search"
)

// Repeat runs main n times, at random, and fails the test if a run does.
func Repeat(tb testing.TB, main Main, n int) {
	x := newExplorer(tb, main, nil)
	defer x.end()
	random := search.NewRandom(1)
	for range n {
		if r := x.once(random); r.failed() {
			tb.Fatal(r.text())
		}
	}
}

// JobPatience is how long a job may block, in real time.
func JobPatience(d time.Duration) Option { return func(o *options) { o.jobs.patience = d } }
