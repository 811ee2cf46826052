package coro

import (
	"fmt"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"unicode"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/sched"
)

// Frame is one line of a stack.
type Frame runtime.Frame

// String is the function and its line, as the reports of this module write it:
// main.fetch (/src/fetch.go:12).
func (f Frame) String() string { return fmt.Sprintf("%s (%s:%d)", f.Function, f.File, f.Line) }

// maxStack is how many frames are shown of a stack.
const maxStack = 64

// Stack is where a suspended task stands in its function, the innermost call first,
// without the frames of the machinery; the innermost may be the call that waits,
// such as Sleep. Of the task that is running it is the caller's stack. It is empty
// for a task that has not begun or is done, and may be for one that has suspended in
// the present iteration if a task asks that was started eagerly just now.
//
// It costs a switch to the task and back; nothing else is slower for it. For a task that
// waits inside an iterator that it draws from with iter.Pull, the stacks of all goroutines
// are gone through.
//
// Semantics: asyncio.Task.get_stack, CPython 3.15.
func (t *Task[T]) Stack() []Frame { return t.co.stack(new(frames.Goroutines)) }

// Stack is that of the task, for who asks for many.
func (b *body[T]) Stack(all *frames.Goroutines) []Frame { return b.co.stack(all) }

func (co *Co) stack(all *frames.Goroutines) []Frame {
	var pcs [maxStack]uintptr
	n := 0
	co.coroutine.OnStack(func() { n = runtime.Callers(0, pcs[:]) })
	out, whole := userFrames(symbolized(pcs[:n]))
	if whole || n == 0 || n == maxStack {
		return out
	}
	// The task has suspended inside an iter.Pull: on a goroutine of that.
	creator := ""
	co.coroutine.OnStack(func() { creator = frames.Creator() })
	const maxPulls = 10
	for range maxPulls {
		var outer []Frame
		if outer, creator = pulling(all.Stack(creator)); outer == nil {
			break
		}
		outer, whole = userFrames(outer)
		out = append(out, outer...)
		if whole {
			break
		}
	}
	return out
}

func symbolized(pcs []uintptr) (out []Frame) {
	calls := runtime.CallersFrames(pcs)
	for more := len(pcs) > 0; more; {
		var f runtime.Frame
		f, more = calls.Next()
		out = append(out, Frame(f))
	}
	return out
}

// pulling are the calls of a goroutine that waits for an iterator to go on, nil for one
// that does something else: it is not the one that the iterator runs for.
func pulling(calls []frames.Call, creator string) ([]Frame, string) {
	for len(calls) > 0 && strings.HasPrefix(calls[0].Function, "runtime.") {
		calls = calls[1:]
	}
	if len(calls) == 0 || !strings.HasPrefix(calls[0].Function, "iter.Pull") {
		return nil, ""
	}
	out := make([]Frame, len(calls))
	for i, c := range calls {
		line, _ := strconv.Atoi(c.Line)
		out[i] = Frame{Function: c.Function, File: c.File, Line: line}
	}
	return out, creator
}

// userFrames leaves out how the function was suspended, below, how it was started, above,
// and what is between two of its calls, as a block of Timeout is. It reports whether it has
// come to the start.
func userFrames(stack []Frame) (out []Frame, whole bool) {
	for _, f := range stack {
		name, ours := strings.CutPrefix(f.Function, packagePath+".")
		switch {
		case ours && strings.HasPrefix(name, "(*Task[") && strings.HasSuffix(name, ").call"):
			return out, true
		case strings.HasPrefix(f.Function, schedPath+"."):
			out = out[:0] // all of it was the machinery, or a callback that the task hosts
		case ours && isMachinery(name),
			strings.HasPrefix(f.Function, futurePath+".(*Future["):
		case strings.HasPrefix(f.Function, "runtime."), strings.HasPrefix(f.Function, "iter."):
		case !frames.IsAdapter(f.File):
			out = append(out, f)
		}
	}
	return out, false
}

// isMachinery reports whether a function of this package is none that a program calls to
// wait.
func isMachinery(name string) bool {
	typ, method, ok := strings.Cut(name, ").")
	if !ok {
		return unicode.IsLower(rune(name[0]))
	}
	return unicode.IsLower(rune(method[0])) || method == "Stack" || typ == "(*Waiters" || typ == "(*Co"
}

var (
	packagePath = reflect.TypeFor[Co]().PkgPath()
	schedPath   = reflect.TypeFor[sched.Scheduler]().PkgPath()
	futurePath  = reflect.TypeFor[future.Core]().PkgPath()
)
