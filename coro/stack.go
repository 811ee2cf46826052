package coro

import (
	"reflect"
	"runtime"
	"strings"
	"unicode"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/sched"
)

// Frame is one line of a stack.
type Frame = runtime.Frame

// maxStack is how many frames are shown of a stack.
const maxStack = 64

// Stack is where a suspended task stands in its function, the innermost call first,
// without the frames of the machinery; the innermost may be the call that waits,
// such as Sleep. Of the task that is running it is the caller's stack. It is empty
// for a task that has not begun or is done, and may be for one that has suspended in
// the present iteration if a task asks that was started eagerly just now.
//
// It costs a switch to the task and back; nothing else is slower for it.
//
// Semantics: asyncio.Task.get_stack, CPython 3.15.
func (t *Task[T]) Stack() []Frame { return t.co.stack() }

func (co *Co) stack() []Frame {
	var pcs [maxStack]uintptr
	n := 0
	co.coroutine.OnStack(func() { n = runtime.Callers(0, pcs[:]) })
	return userFrames(pcs[:n])
}

// userFrames leaves out how the function was suspended, below, and how it was
// started, above.
func userFrames(pcs []uintptr) []Frame {
	var out []Frame
	calls := runtime.CallersFrames(pcs)
	for more := len(pcs) > 0; more; {
		var f Frame
		f, more = calls.Next()
		name, ours := strings.CutPrefix(f.Function, packagePath+".")
		switch {
		case ours && strings.HasPrefix(name, "(*Task[") && strings.HasSuffix(name, ").call"):
			return out
		case ours && unicode.IsLower(rune(name[0])),
			ours && strings.HasSuffix(name, ").Stack"),
			ours && (strings.HasPrefix(name, "(*Waiters).") || strings.HasPrefix(name, "(*Co).")),
			strings.HasPrefix(f.Function, schedPath+"."),
			strings.HasPrefix(f.Function, futurePath+".(*Future["),
			strings.HasPrefix(f.Function, "runtime."), strings.HasPrefix(f.Function, "iter.Pull"):
			out = out[:0] // all of it was the machinery
			continue
		}
		if !frames.IsAdapter(f.File) {
			out = append(out, f)
		}
	}
	return out
}

var (
	packagePath = reflect.TypeFor[Co]().PkgPath()
	schedPath   = reflect.TypeFor[sched.Scheduler]().PkgPath()
	futurePath  = reflect.TypeFor[future.Core]().PkgPath()
)
