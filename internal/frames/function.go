package frames

import (
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
)

// An adapter is a closure of this module that wraps a function of the program's: what
// coro.Bind or loop.ToThread return. It is in one of these files, in which every closure
// with one argument answers a nil with [Wrapped]. A closure cannot be looked into, and a
// map of them all would have to be kept; so they are asked.
var adapters = []string{"coro/func.go", "coro/ensure.go", "coro/asyncgens.go", "loop/adapters.go"}

// IsAdapter reports whether a file is one of the adapters'.
func IsAdapter(file string) bool {
	rest, ok := strings.CutPrefix(file, moduleRoot)
	return ok && slices.Contains(adapters, rest)
}

// Wrapped is the answer of an adapter that was called with nil: what it wraps.
func Wrapped(fn any) error { return &wrapped{fn} }

type wrapped struct{ fn any }

func (*wrapped) Error() string { return "coro: a coroutine was called with nil in place of its Co" }

// A Function is what a program calls a function. It refers to the code only, and keeps
// nothing alive that a closure has.
type Function struct {
	pc   uintptr
	text string // of what is no function
}

// FunctionOf is the program's function that fn stands for: fn itself, or what adapters
// wrap. That may be no function, but something else that can be awaited. If ask is not nil,
// it calls fn with nil, which costs less than to find out how.
func FunctionOf(fn any, ask func() error) Function {
	const maxAdapters = 20 // nobody wraps more
	for range maxAdapters {
		v := reflect.ValueOf(fn)
		switch {
		case !v.IsValid():
			return Function{}
		case v.Kind() != reflect.Func:
			return Function{text: strings.TrimPrefix(fmt.Sprintf("%T", fn), "*") + ".Await"}
		case v.IsNil():
			return Function{}
		}
		f := Function{pc: v.Pointer()}
		if !f.isAdapter() {
			return f
		}
		answer, ok := answerOf(v, ask).(*wrapped)
		if !ok {
			return f
		}
		fn, ask = answer.fn, nil
	}
	return Function{}
}

// answerOf is what an adapter answers.
func answerOf(v reflect.Value, ask func() error) any {
	if ask != nil {
		return ask()
	}
	t := v.Type()
	if t.NumIn() != 1 || t.NumOut() == 0 {
		return nil
	}
	out := v.Call([]reflect.Value{reflect.Zero(t.In(0))})
	return out[len(out)-1].Interface()
}

func (f Function) isAdapter() bool {
	code := runtime.FuncForPC(f.pc)
	if code == nil {
		return false
	}
	file, _ := code.FileLine(f.pc)
	return IsAdapter(file)
}

// String is the name, main.fetch, and that of the method that is called in its place for
// what is no function: main.page.Await.
func (f Function) String() string {
	if code := runtime.FuncForPC(f.pc); code != nil {
		return strings.TrimSuffix(code.Name(), "-fm") // that of a method value
	}
	return f.text
}
