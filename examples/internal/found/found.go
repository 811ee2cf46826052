// Package found is for tests of programs with a bug: they pass if it is found.
package found

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/looptest"
)

// Few is how many runs it may take to find a bug, and Short how many departures its schedule has.
const (
	Few   = 100
	Short = 3
)

// Bug explores main, and expects that it fails soon, by a short schedule, with a text. With BUGGY in
// the environment the test itself fails, as one that does not know of the bug would.
func Bug(t *testing.T, main looptest.Main, text string, opts ...looptest.Option) {
	t.Helper()
	In(t, Few, main, text, opts...)
}

// In is Bug with another number of runs.
func In(t *testing.T, runs int, main looptest.Main, text string, opts ...looptest.Option) {
	t.Helper()
	if os.Getenv("BUGGY") != "" {
		looptest.Explore(t, main, opts...)
		return
	}
	var result looptest.Result
	tb := &failing{TB: t}
	looptest.Explore(tb, main, append(opts, looptest.Report(&result))...)
	require.Contains(t, tb.text, text)
	require.LessOrEqual(t, result.Runs, runs)
	require.LessOrEqual(t, strings.Count(result.Schedule, "="), Short, "%s", result.Schedule)
	t.Logf("found in run %d, by %s", result.Runs, result.Schedule)
}

// A failing test passes all the same.
type failing struct {
	testing.TB
	text string
}

func (f *failing) Failed() bool { return f.text != "" }

func (f *failing) Errorf(format string, args ...any) { f.text += fmt.Sprintf(format, args...) }
