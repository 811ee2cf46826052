// Starlark runs programs of a small Python whose functions are coroutines. The language knows nothing
// of that: a coroutine is suspended with all that is on its stack, so with the interpreter, where a
// built-in function waits. So there is no async and no await: sleep(1) waits, spawn(f) has f run
// beside, and task.join() waits for what it returns.
//
//	go run . program.star
package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"go.starlark.net/syntax"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: starlark program.star")
		os.Exit(2)
	}
	source, err := os.ReadFile(os.Args[1])
	if err == nil {
		err = run(os.Args[1], string(source), os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run runs a program. Tasks that are left when it ends are canceled.
func run(name, source string, out io.Writer, opts ...loop.Option) error {
	return loop.Main(func(co *coro.Co) error {
		in := &interpreter{out: out}
		options := &syntax.FileOptions{While: true, TopLevelControl: true, GlobalReassign: true}
		_, err := starlark.ExecFileOptions(options, in.thread(co), name, source, in.builtins())
		return err
	}, opts...)
}

// An interpreter is a program that runs. All of its threads are on one loop, one at a time, so they
// may share what they like.
type interpreter struct{ out io.Writer }

// coKey is where a thread has the Co of its task.
const coKey = "co"

// thread is Starlark's view of a task.
func (in *interpreter) thread(co *coro.Co) *starlark.Thread {
	t := &starlark.Thread{
		Name: co.Name(),
		Print: func(_ *starlark.Thread, text string) {
			fmt.Fprintln(in.out, loop.Of(co).Time(), co.Name()+":", text)
		},
	}
	t.SetLocal(coKey, co)
	return t
}

func coOf(t *starlark.Thread) *coro.Co { return t.Local(coKey).(*coro.Co) }

func (in *interpreter) builtins() starlark.StringDict {
	return starlark.StringDict{
		"sleep": starlark.NewBuiltin("sleep", sleep),
		"spawn": starlark.NewBuiltin("spawn", in.spawn),
	}
}

// sleep(seconds) suspends the task.
func sleep(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var seconds starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "seconds", &seconds); err != nil {
		return nil, err
	}
	s, ok := starlark.AsFloat(seconds)
	if !ok {
		return nil, fmt.Errorf("sleep: %s is no number of seconds", seconds.Type())
	}
	return starlark.None, coro.Sleep(coOf(t), time.Duration(s*float64(time.Second)))
}

// spawn(f, *args, **kwargs) creates a task, and returns it.
func (in *interpreter) spawn(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 0 {
		return nil, fmt.Errorf("spawn: a function is missing")
	}
	f, ok := args[0].(starlark.Callable)
	if !ok {
		return nil, fmt.Errorf("spawn: %s is no function", args[0].Type())
	}
	task := coro.CreateTask(coOf(t), func(co *coro.Co) (starlark.Value, error) {
		return starlark.Call(in.thread(co), f, args[1:], kwargs)
	}, coro.Name(f.Name()))
	return starlarkstruct.FromStringDict(starlark.String("task"), starlark.StringDict{
		"name":   starlark.String(task.Name()),
		"join":   method("join", func(co *coro.Co) (starlark.Value, error) { return task.Await(co) }),
		"cancel": method("cancel", func(*coro.Co) (starlark.Value, error) { return starlark.Bool(task.Cancel()), nil }),
		"done":   method("done", func(*coro.Co) (starlark.Value, error) { return starlark.Bool(task.Done()), nil }),
	}), nil
}

// method is a function without arguments, which may suspend the task that calls it.
func method(name string, f coro.Func[starlark.Value]) *starlark.Builtin {
	return starlark.NewBuiltin(name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := starlark.UnpackArgs(name, args, kwargs); err != nil {
			return nil, err
		}
		return f(coOf(t))
	})
}
