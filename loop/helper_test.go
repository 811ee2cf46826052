package loop_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// sleeping is a coroutine that only sleeps.
func sleeping(d time.Duration) coro.Func[coro.None] {
	return coro.Do(func(co *coro.Co) error { return coro.Sleep(co, d) })
}

// newLoop makes a loop with a virtual clock, which the end of the test closes.
func newLoop(t *testing.T, opts ...loop.Option) *loop.Loop {
	l := loop.New(append([]loop.Option{loop.VirtualTime()}, opts...)...)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return l
}

// runOnce runs one iteration of l.
func runOnce(t *testing.T, l *loop.Loop) {
	t.Helper()
	l.Stop()
	require.NoError(t, l.RunForever())
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
