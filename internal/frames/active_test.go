package frames_test

import (
	"iter"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/internal/frames"
)

// Both ways of looking find the same of goroutines that wait, and leave out coroutines that are
// suspended.
func TestActive(t *testing.T) {
	const waiting = "waiting" // all that the profile says
	var mu sync.Mutex
	mu.Lock()
	for _, test := range []struct {
		name     string
		wait     func(release chan struct{})
		dumped   string // the state
		profiled string
		function string // the innermost but for internal ones
	}{
		{"receives", func(release chan struct{}) { <-release }, "chan receive", "chan receive", "frames_test.TestActive"},
		{"ranges", func(release chan struct{}) {
			for range release {
			}
		}, "chan receive", "chan receive", "frames_test.TestActive"},
		{"sends", func(release chan struct{}) {
			ch := make(chan int)
			go func() { <-release; <-ch }()
			ch <- 1
		}, "chan send", "chan send", "frames_test.TestActive"},
		{"selects", func(release chan struct{}) {
			select {
			case <-release:
			case <-make(chan int):
			}
		}, "select", "select", "frames_test.TestActive"},
		{"locks", func(chan struct{}) { mu.Lock(); defer mu.Unlock() }, "sync.Mutex.Lock", waiting, "sync"},
	} {
		t.Run(test.name, func(t *testing.T) {
			release := make(chan struct{})
			var wg sync.WaitGroup
			wg.Go(func() {
				next, stop := iter.Pull(func(yield func(int) bool) { test.wait(release); yield(1) })
				defer stop()
				next()
			})
			suspended, stop := iter.Pull(func(yield func(int) bool) { yield(1) })
			defer stop()
			suspended()
			mine := func(g *frames.Goroutine) bool {
				return g.Pulled() && g.State != "" && slices.ContainsFunc(g.Calls, func(c frames.Call) bool {
					return strings.Contains(c.Function, "TestActive")
				})
			}
			for _, way := range []struct {
				active func(func(*frames.Goroutine) bool) []frames.Goroutine
				state  string
			}{{frames.ActiveDumped, test.dumped}, {frames.ActiveProfiled, test.profiled}} {
				var found []frames.Goroutine
				for len(found) == 0 || found[0].State != way.state { // until it has come to its wait
					runtime.Gosched() // nothing preempts this under WebAssembly
					found = way.active(mine)
				}
				require.Len(t, found, 1)
				require.Contains(t, found[0].Calls[0].Function, test.function)
				for _, c := range found[0].Calls {
					require.NotRegexp(t, `^runtime\.[a-z]`, c.Function)
				}
				if found[0].Name != "" {
					require.Regexp(t, `^goroutine \d+$`, found[0].Name)
					require.Regexp(t, `^\d+$`, found[0].Creator)
				}
			}
			if test.name == "locks" {
				mu.Unlock()
			} else {
				close(release)
			}
			wg.Wait()
		})
	}
}
