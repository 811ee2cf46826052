package frames

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
)

// An adapter is a closure of this module that wraps a function of the program's: what
// coro.Bind or loop.ToThread return. It is in one of these files, where every closure
// that takes one argument answers a nil with [Inner].
var adapters = []string{"coro/func.go", "loop/adapters.go"}

// Inner is the answer of an adapter that was called with nil: what it wraps.
func Inner(fn any) error { return &inner{fn} }

type inner struct{ fn any }

func (*inner) Error() string { return "coro: a coroutine was called with nil in place of its Co" }

// isAdapter reports whether the function that is entered at pc is an adapter.
func isAdapter(pc uintptr) bool {
	f := runtime.FuncForPC(pc)
	if f == nil {
		return false
	}
	file, _ := f.FileLine(pc)
	rest, ok := strings.CutPrefix(file, moduleRoot)
	if !ok {
		return false
	}
	for _, name := range adapters {
		if rest == name {
			return true
		}
	}
	return false
}

// maxAdapters is how many adapters are seen through: nobody wraps more.
const maxAdapters = 20

// Program is the function of the program's that fn stands for: fn itself, or what
// adapters wrap. It may be no function, but something else that can be awaited.
func Program(fn any) any {
	for range maxAdapters {
		v := reflect.ValueOf(fn)
		if v.Kind() != reflect.Func || v.IsNil() || v.Type().NumIn() != 1 || v.Type().NumOut() == 0 || !isAdapter(v.Pointer()) {
			return fn
		}
		out := v.Call([]reflect.Value{reflect.Zero(v.Type().In(0))})
		answer, ok := out[len(out)-1].Interface().(*inner)
		if !ok {
			return fn
		}
		fn = answer.fn
	}
	return fn
}

// Name names what Program gives: main.fetch. Of what is no function it is what is
// called in its place, main.page.Await.
func Name(fn any) string {
	if plain, ok := fn.(func()); ok { // what callbacks are, seldom an adapter
		return nameAt(reflect.ValueOf(plain).Pointer())
	}
	fn = Program(fn)
	v := reflect.ValueOf(fn)
	switch {
	case fn == nil:
		return ""
	case v.Kind() == reflect.Func:
		return nameAt(v.Pointer())
	}
	if s, ok := fn.(interface{ Function() string }); ok {
		return s.Function()
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", fn), "*") + ".Await"
}

func nameAt(pc uintptr) string {
	f := runtime.FuncForPC(pc)
	if f == nil {
		return ""
	}
	return strings.TrimSuffix(f.Name(), "-fm") // that of a method value
}
