package loop

import (
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/internal/unretrieved"
)

// A Stall is something that has kept the loop for longer than a watchdog allows, see [Watch].
type Stall struct {
	// Over is false while it blocks, and true in the second report.
	Over bool

	// Duration is for how long it has kept the loop so far, and in the second report in all.
	// It is up to a quarter of what the watchdog allows less than that, never more.
	Duration time.Duration

	// Task is the name of the task, "" for a callback, and where it cannot be told.
	Task string

	// Function is what the task runs, or the callback, in the program's terms: main.fetch.
	// It is "" where it cannot be told.
	Function string

	// In is what blocks, as time.Sleep or "chan receive", "" if it computes or that cannot be
	// told.
	In string

	// Instead is what to use in place of that.
	Instead string

	// Stack is where it stood when it was found, the innermost call of the program first. It
	// is empty if that cannot be told.
	Stack []coro.Frame
}

// String is a line of what keeps the loop, for how long, and what to use instead.
func (s Stall) String() string {
	if s.Over {
		return fmt.Sprintf("loop free again: %s kept it for %v", s.who(), rounded(s.Duration))
	}
	text := fmt.Sprintf("loop blocked: %s has kept it for %v", s.who(), rounded(s.Duration))
	if s.In != "" {
		text += ", in " + s.In
	}
	if s.Instead != "" {
		text += "; use " + s.Instead
	}
	return text
}

func (s Stall) who() string {
	switch {
	case s.Task == "" && s.Function == "":
		return "something"
	case s.Task == "":
		return fmt.Sprintf("callback %s()", s.Function)
	case s.Function == "":
		return fmt.Sprintf("task %q", s.Task)
	}
	return fmt.Sprintf("task %q, %s(),", s.Task, s.Function)
}

// rounded is d as a reader wants it: three digits.
func rounded(d time.Duration) time.Duration {
	unit := time.Microsecond
	for d/unit >= 1000 {
		unit *= 10
	}
	return d.Round(unit)
}

// logStall is what a watchdog reports to that was given nothing else.
func (l *Loop) logStall(s Stall) {
	defer l.loggerPanicked("a blocked loop")
	var attrs []any
	if len(s.Stack) > 0 && !s.Over {
		calls := make([]string, len(s.Stack))
		for i, f := range s.Stack {
			calls[i] = f.String()
		}
		attrs = append(attrs, slog.String("stack", strings.Join(calls, " < ")))
	}
	l.log().Warn(s.String(), attrs...)
}

// findStall finds out what keeps the loop. It is called on the watchdog's goroutine.
func (w *watchdog) findStall() (s Stall) {
	shown := w.probe.Shown()
	loop := w.probe.LoopGoroutine()
	found := frames.Active(func(g *frames.Goroutine) bool {
		return g.Pulled() || g.Name != "" && g.Name == loop || g.Name == "" && runsLoop(g)
	})
	g := chosen(found, loop, shown)
	if g == nil {
		return s // shown may have run before a callback that blocks
	}
	calls, callback := entryOf(g)
	if !callback {
		s.tellTask(shown)
	}
	s.In, s.Instead = whatBlocks(g.State, calls)
	relevant := frames.Relevant(calls)
	for _, c := range relevant {
		line, _ := strconv.Atoi(c.Line)
		s.Stack = append(s.Stack, coro.Frame{Function: c.Function, File: c.File, Line: line})
	}
	if n := len(relevant); n > 0 && s.Function == "" {
		s.Function = relevant[n-1].Function
	}
	return s
}

// A watchable is a task as a watchdog may look at it, on whatever goroutine.
type watchable interface {
	Number() int32
	Function() string
}

func (s *Stall) tellTask(shown *sched.Shown) {
	if shown != nil {
		task := shown.Body.(watchable)
		s.Task = unretrieved.Origin{Task: shown.Given, Number: task.Number()}.Name()
		s.Function = task.Function()
	}
}

// chosen is the one among goroutines that are at work for some loop that is this one's; nil if
// that cannot be told. A task that is inside of an iterator runs on a goroutine of that.
func chosen(found []frames.Goroutine, loop string, shown *sched.Shown) *frames.Goroutine {
	one := func(is func(g *frames.Goroutine) bool) *frames.Goroutine {
		at := slices.IndexFunc(found, func(g frames.Goroutine) bool { return is(&g) })
		if at < 0 || slices.ContainsFunc(found[at+1:], func(g frames.Goroutine) bool { return is(&g) }) {
			return nil
		}
		return &found[at]
	}
	worker := ""
	if shown != nil {
		worker = shown.Goroutine
	}
	if g := one(func(g *frames.Goroutine) bool { return g.Name != "" && g.Name == worker }); g != nil {
		return g
	}
	if g := one(func(g *frames.Goroutine) bool { return g.Name != "" && g.Name == loop }); g != nil {
		return g
	}
	if g := one(func(*frames.Goroutine) bool { return true }); g != nil {
		return g
	}
	if _, number, ok := strings.Cut(worker, " "); ok {
		if g := one(func(g *frames.Goroutine) bool { return g.Creator == number }); g != nil {
			return g
		}
	}
	if shown == nil {
		return nil
	}
	function := shown.Body.(watchable).Function()
	return one(func(g *frames.Goroutine) bool {
		return slices.ContainsFunc(g.Calls, func(c frames.Call) bool { return c.Function == function })
	})
}

// The functions that a loop's goroutine is in while it runs.
var runFunctions = []string{
	reflect.TypeFor[Loop]().PkgPath() + ".(*Loop).runIterations",
	reflect.TypeFor[Loop]().PkgPath() + ".(*Loop).iterate",
}

func runsLoop(g *frames.Goroutine) bool {
	return slices.ContainsFunc(g.Calls, func(c frames.Call) bool { return slices.Contains(runFunctions, c.Function) })
}

// entryOf are the calls of what the loop runs, without those that run the loop, and whether
// it is a callback, or other work of the loop's, rather than a task.
func entryOf(g *frames.Goroutine) (calls []frames.Call, callback bool) {
	for i, c := range g.Calls {
		switch {
		case frames.IsWorker(c.File):
			return g.Calls[:i], false
		case frames.IsBottom(c.File), slices.Contains(runFunctions, c.Function):
			return g.Calls[:i], true
		}
	}
	return g.Calls, false // an iterator's, on whatever stack
}
