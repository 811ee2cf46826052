package coro

import (
	"fmt"
	"reflect"
	"runtime"
	"slices"
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
// It costs a switch to the task and back, and as much for each [Generator] that the task
// waits inside of; nothing else is slower for it. For a task that waits inside an iterator
// that it draws from with iter.Pull, the stacks of all goroutines are gone through.
//
// Semantics: asyncio.Task.get_stack, CPython 3.15.
func (t *Task[T]) Stack() []Frame { return t.co.stack(new(frames.Goroutines)) }

// Stack is that of the task, for who asks for many.
func (b *body[T]) Stack(all *frames.Goroutines) []Frame { return b.co.stack(all) }

func (co *Co) stack(all *frames.Goroutines) (out []Frame) {
	stacks := co.stacks()
	var creators []string // of the goroutines of these stacks, if it comes to that
	for i, pcs := range stacks {
		part, end := userFrames(symbolized(pcs))
		out = append(out, part...)
		if end == atOther && len(pcs) < maxStack {
			// The task has suspended inside an iter.Pull: on a goroutine of that.
			if creators == nil {
				co.coroutine.OnStacks(func() { creators = append(creators, frames.Creator()) })
			}
			part, end = pullingFrames(all, creators[i])
			out = append(out, part...)
		}
		if end != atGenerator {
			break
		}
	}
	return out
}

// stacks are those that the task runs on: its own if it is in no generator, else that of
// the innermost one, and so on outwards.
func (co *Co) stacks() (stacks [][]uintptr) {
	co.coroutine.OnStacks(func() {
		var pcs [maxStack]uintptr
		stacks = append(stacks, slices.Clone(pcs[:runtime.Callers(0, pcs[:])]))
	})
	return stacks
}

// pullingFrames are those of the goroutine of that number, if it waits for an iterator to
// go on, and of who waits for that in turn.
func pullingFrames(all *frames.Goroutines, number string) (out []Frame, end stackEnd) {
	const maxPulls = 10
	for range maxPulls {
		var outer []Frame
		if outer, number = pulling(all.Stack(number)); outer == nil {
			break
		}
		outer, end = userFrames(outer)
		out = append(out, outer...)
		if end != atOther {
			break
		}
	}
	return out, end
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

// A stackEnd is where userFrames has come to.
type stackEnd int

const (
	atOther     stackEnd = iota // the end of the stack
	atTask                      // what runs a task's function
	atGenerator                 // what runs a generator's
)

// userFrames leaves out how the function was suspended, below, how it was started, above,
// and what is between two of its calls, as a block of Timeout is. It tells what it
// has come to.
func userFrames(stack []Frame) (out []Frame, end stackEnd) {
	for _, f := range stack {
		name, ours := strings.CutPrefix(f.Function, packagePath+".")
		switch {
		case ours && strings.HasPrefix(name, "(*Task[") && strings.HasSuffix(name, ").call"):
			return out, atTask
		case ours && strings.HasPrefix(name, "(*Yielder[") && strings.HasSuffix(name, ").call"):
			return out, atGenerator
		case strings.HasPrefix(f.Function, schedPath+"."):
			out = out[:0] // all of it was the machinery, or a callback that the task hosts
		case ours && isMachinery(name),
			f.File == generatorFile, // which tells, where All was inlined into its caller
			strings.HasPrefix(f.Function, futurePath+".(*Future["):
		case strings.HasPrefix(f.Function, "runtime."), strings.HasPrefix(f.Function, "iter."):
		case !frames.IsAdapter(f.File):
			out = append(out, f)
		}
	}
	return out, atOther
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

var generatorFile = func() string {
	pc := reflect.ValueOf(isAlone).Pointer()
	file, _ := runtime.FuncForPC(pc).FileLine(pc)
	return file
}()

var (
	packagePath = reflect.TypeFor[Co]().PkgPath()
	schedPath   = reflect.TypeFor[sched.Scheduler]().PkgPath()
	futurePath  = reflect.TypeFor[future.Core]().PkgPath()
)
