// Goja runs JavaScript whose async functions and Go's coroutines are on one loop: a promise is a
// future there, a task a promise here, and sleep is the loop's. So JavaScript runs on a virtual clock
// as well, and does the same each time.
//
//	go run . program.js
package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/dop251/goja"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: goja program.js")
		os.Exit(2)
	}
	source, err := os.ReadFile(os.Args[1])
	if err == nil {
		err = run(string(source), os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run runs a program, and waits for what it returns, if that is a promise.
func run(source string, out io.Writer, opts ...loop.Option) error {
	return loop.Main(func(co *coro.Co) error {
		js := newInterpreter(co, out)
		v, err := js.vm.RunString(source)
		if err != nil {
			return err
		}
		_, err = js.await(co, v)
		return err
	}, opts...)
}

// An interpreter is JavaScript on a loop. It belongs to the loop's goroutine, as goja wants it.
type interpreter struct {
	vm   *goja.Runtime
	loop *loop.Loop
}

func newInterpreter(co *coro.Co, out io.Writer) *interpreter {
	js := &interpreter{vm: goja.New(), loop: loop.Of(co)}
	for name, function := range map[string]any{
		"print": func(args ...any) { fmt.Fprintln(out, append([]any{js.loop.Time()}, args...)...) },
		"sleep": func(ms int64) *goja.Promise {
			return js.promise(coro.Do1(coro.Sleep, time.Duration(ms)*time.Millisecond))
		},
		"countdown": func(from int) *goja.Promise { // a coroutine of Go's
			return js.promise(coro.Do(func(co *coro.Co) error {
				for ; from > 0; from-- {
					fmt.Fprintln(out, js.loop.Time(), "go", from)
					if err := coro.Sleep(co, time.Second); err != nil {
						return err
					}
				}
				return nil
			}))
		},
	} {
		if err := js.vm.Set(name, function); err != nil {
			panic(err) // the names are ours
		}
	}
	return js
}

// promise runs a coroutine as a task, and is what JavaScript awaits it by.
func (js *interpreter) promise(f coro.Func[coro.None]) *goja.Promise {
	p, resolve, reject := js.vm.NewPromise()
	task := coro.CreateTask(js.loop, f)
	task.AddDoneCallback(func() {
		if err := task.Err(); err != nil {
			_ = reject(js.vm.NewGoError(err)) // an error only for an exception of JavaScript's, which there is none
		} else {
			_ = resolve(goja.Undefined())
		}
	})
	return p
}

// await waits for a promise, and returns what it comes to. Anything else it returns as it is.
func (js *interpreter) await(co *coro.Co, v goja.Value) (goja.Value, error) {
	if _, ok := v.Export().(*goja.Promise); !ok {
		return v, nil
	}
	result := loop.CreateFuture[goja.Value](js.loop)
	then, _ := goja.AssertFunction(v.ToObject(js.vm).Get("then"))
	_, err := then(v,
		js.vm.ToValue(func(v goja.Value) { _ = result.SetResult(v) }),
		js.vm.ToValue(func(v goja.Value) { _ = result.SetError(thrown(v)) }))
	if err != nil {
		return nil, err
	}
	return future.Of[goja.Value](result).Await(co)
}

// thrown is what JavaScript has thrown, as an error.
func thrown(v goja.Value) error {
	if err, ok := v.Export().(error); ok {
		return err // which came from Go
	}
	return fmt.Errorf("uncaught: %v", v)
}
