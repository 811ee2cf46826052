package frames_test

import (
	"context"
	"runtime"
	"runtime/pprof"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/internal/frames"
)

// Goroutines have the label of who has started them, and are found by it, with the line of that.
func TestWithLabel(t *testing.T) {
	release := make(chan struct{})
	wait := func() { <-release }
	for _, value := range []string{"mine", "not mine"} {
		pprof.Do(t.Context(), pprof.Labels("owner", value, "other", "label"), func(context.Context) {
			for range 2 {
				go func() { go wait() }()
			}
		})
	}
	var found []frames.Labeled
	for len(found) != 1 || found[0].Count != 2 || found[0].State != "chan receive" {
		runtime.Gosched()
		found = frames.WithLabel("owner", "mine")
	}
	frames.FindStarts(found)
	require.Contains(t, found[0].Calls[0].Function, "TestWithLabel")
	require.Regexp(t, `^frames/labeled_test.go:17$`, found[0].Calls[0].Short())
	require.Regexp(t, `^frames/labeled_test.go:21$`, found[0].Started.Short())
	require.Contains(t, found[0].Started.Function, "TestWithLabel")
	require.Empty(t, frames.WithLabel("owner", "nobody"))
	close(release)
	for len(found) > 0 {
		runtime.Gosched()
		found = frames.WithLabel("owner", "mine")
	}
}
