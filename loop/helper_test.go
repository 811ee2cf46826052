package loop_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/loop"
)

// newLoop makes a loop with a virtual clock, which the end of the test closes. Unlike
// that of testkit.NewLoop, its exception handler is the default one.
func newLoop(t *testing.T, opts ...loop.Option) *loop.Loop {
	l := loop.New(append([]loop.Option{loop.VirtualTime(true)}, opts...)...)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return l
}

// drain runs l, whose clock is virtual, until there is nothing left to do.
func drain(t *testing.T, l *loop.Loop) {
	t.Helper()
	var nothing *loop.DeadlockError
	require.ErrorAs(t, l.RunForever(), &nothing)
	require.Empty(t, nothing.Tasks)
}

// A journal is what happened on a loop, with the loop's time before each line.
type journal struct {
	loop  *loop.Loop
	lines []string
}

func (j *journal) note(format string, args ...any) {
	j.lines = append(j.lines, fmt.Sprintf("%v ", j.loop.Time())+fmt.Sprintf(format, args...))
}

// noting is a callback that makes one line.
func (j *journal) noting(line string) func() { return func() { j.note("%s", line) } }

// iterations makes a line at the head of each of the next n iterations.
func (j *journal) iterations(n int) {
	if n > 0 {
		j.note("--")
		j.loop.CallSoon(func() { j.iterations(n - 1) })
	}
}
