package looptest

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/loop"
)

// A goroutine inherits the pprof label of the one that starts it. So those that are started in the
// runs of one exploration are known, whatever other tests start at the same time.

// labelKey is that of the label, whose value begins with the name of the test.
const labelKey = "looptest"

func (x *explorer) label() string {
	return fmt.Sprintf("%s#%d at %d", x.name, x.number, x.began.UnixNano())
}

// setLabel labels the calling goroutine.
func (x *explorer) setLabel() {
	pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels(labelKey, x.label())))
}

// patience is how long a goroutine may take to end that is about to.
const patience = time.Second

// lookForGoroutines fails the test if runs have left goroutines, which a failure may have made them
// do.
func (x *explorer) lookForGoroutines() {
	x.tb.Helper()
	if x.ran == 0 || x.tb.Failed() || x.tb.Skipped() {
		return
	}
	if x.fuzzed && x.noneMore() {
		return
	}
	left := x.leftGoroutines()
	for wait := 10 * time.Microsecond; len(left) > 0 && wait < patience; wait *= 2 {
		time.Sleep(wait)
		left = x.leftGoroutines()
	}
	if len(left) == 0 {
		return
	}
	var text strings.Builder
	for _, leak := range left {
		fmt.Fprintf(&text, "\n  %s", leak.Text)
	}
	x.tb.Errorf("looptest: goroutines that a run has started have not ended:%s", text.String())
	x.result(Result{Failure: "left behind:" + text.String()})
}

// noneMore reports whether there are no more goroutines than there were. That is seen at once, and
// enough where nobody else starts any: a fuzzer calls for thousands of runs in a second.
func (x *explorer) noneMore() bool {
	for range 3 { // the worker's is about to end
		if runtime.NumGoroutine() <= x.goroutines {
			return true
		}
		runtime.Gosched()
	}
	return false
}

// leftGoroutines are those that were started in a run, are still there, and are not meant to be.
func (x *explorer) leftGoroutines() []loop.Leak {
	found := slices.DeleteFunc(frames.WithLabel(labelKey, x.label()), func(g frames.Labeled) bool {
		n := len(g.Calls)
		return n == 0 || strings.HasSuffix(g.Calls[n-1].Function, "looptest.(*worker).run") // which is about to end
	})
	if len(found) == 0 {
		return nil
	}
	frames.FindStarts(found)
	var leaks []loop.Leak
	for _, g := range found {
		leaks = append(leaks, leakOf(g))
	}
	return x.options.unmeant(leaks)
}

// leakOf is what there is to say of a goroutine.
func leakOf(g frames.Labeled) loop.Leak {
	at := g.Calls[0]
	for _, c := range g.Calls {
		if frames.IsUser(c.File) {
			at = c
			break
		}
	}
	leak := loop.Leak{Kind: loop.LeakedWork, Name: "goroutine", Site: at.File + ":" + at.Line}
	leak.Text = fmt.Sprintf("%s: %s at %s", count(g.Count, "goroutine", "goroutines"), cmp.Or(g.State, "at work"), at.Short())
	if g.Started != (frames.Call{}) {
		leak.Created = g.Started.File + ":" + g.Started.Line
		leak.Text += ", started at " + g.Started.Short()
	}
	return leak
}
