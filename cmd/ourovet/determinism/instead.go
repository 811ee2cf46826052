package determinism

import (
	"go/types"
	"strings"
)

// ouro is where the packages are whose functions are known here by name.
const ouro = "github.com/ouro-loop/ouro/"

const (
	useRand    = "loop.Of(co).Rand()"
	useEntropy = "loop.Of(co).Entropy()"
	useTimer   = "loop.Of(co).CallLater"
	useTimeout = "coro.Timeout, which cancels co.Context()"
	useUUID    = "uuid.NewRandomFromReader with " + useEntropy
	useTask    = "coro.CreateTask for a coroutine, loop.ToThread or loop.Go for what blocks"
)

// instead is what to use in place of functions and variables, by their qualified names.
var instead = map[string]string{
	"time.Now":       "loop.Of(co).Now(), or co.Time() to measure",
	"time.Since":     "co.Time() before and after, or loop.Of(co).Now().Sub",
	"time.Until":     "loop.Of(co).Now() and the Sub of what is to come",
	"time.Sleep":     "coro.Sleep",
	"time.After":     "coro.Sleep, or coro.Timeout around what is awaited",
	"time.Tick":      "coro.Sleep in a loop",
	"time.NewTicker": "coro.Sleep in a loop",
	"time.NewTimer":  useTimer,
	"time.AfterFunc": useTimer,

	"context.WithTimeout":       useTimeout,
	"context.WithTimeoutCause":  useTimeout,
	"context.WithDeadline":      useTimeout,
	"context.WithDeadlineCause": useTimeout,
	"context.AfterFunc":         "an error of an await, which tells that the task is canceled",

	ouro + "executor.Future.Wait": "loop.WrapFuture, and await that",
	ouro + "loop.SubmitAndWait":   "an await of the coroutine itself",

	"sync.Cond.Wait":                         "locks.Condition",
	"sync.WaitGroup.Wait":                    "coro.Group, or loop.ToThread for what waits for goroutines",
	"sync.WaitGroup.Go":                      useTask,
	"golang.org/x/sync/errgroup.Group.Go":    "coro.Group",
	"golang.org/x/sync/errgroup.Group.TryGo": "coro.Group",
	"golang.org/x/sync/errgroup.Group.Wait":  "coro.Group",

	"github.com/google/uuid.New":             useUUID,
	"github.com/google/uuid.NewString":       useUUID,
	"github.com/google/uuid.NewRandom":       useUUID,
	"github.com/google/uuid.NewUUID":         useUUID,
	"github.com/google/uuid.NewV6":           useUUID,
	"github.com/google/uuid.NewV7":           useUUID,
	"github.com/google/uuid.NewV7FromReader": useUUID,
	"github.com/google/uuid.NewDCEGroup":     useUUID,
	"github.com/google/uuid.NewDCEPerson":    useUUID,
	"github.com/google/uuid.NewDCESecurity":  useUUID,
}

// insteadOf is what to use in place of a function or variable; "" means that it may be used.
func insteadOf(obj types.Object) string {
	if !atPackageLevel(obj) {
		return instead[qualified(obj)]
	}
	switch obj.Pkg().Path() {
	case "crypto/rand":
		return useEntropy
	case "math/rand", "math/rand/v2": // their constructors are given a source, or a seed
		if !strings.HasPrefix(obj.Name(), "New") {
			return useRand
		}
	}
	return instead[qualified(obj)]
}

// elsewhere are functions whose arguments run on other goroutines.
var elsewhere = map[string]bool{
	ouro + "loop.ToThread":      true,
	ouro + "loop.ToThreadDo":    true,
	ouro + "loop.Go":            true,
	ouro + "loop.GoDo":          true,
	ouro + "loop.RunInExecutor": true,
	ouro + "loop.RunGuest":      true,
	ouro + "loop.Loop.OnWake":   true,
	ouro + "executor.Submit":    true,

	"context.AfterFunc":                      true,
	"time.AfterFunc":                         true,
	"sync.WaitGroup.Go":                      true,
	"golang.org/x/sync/errgroup.Group.Go":    true,
	"golang.org/x/sync/errgroup.Group.TryGo": true,
}

// qualified is the name by which the tables have a function, a method, or a variable.
func qualified(obj types.Object) string {
	if obj.Pkg() == nil {
		return obj.Name()
	}
	name := obj.Name()
	if f, ok := obj.(*types.Func); ok {
		if recv := f.Signature().Recv(); recv != nil {
			name = typeName(recv.Type()) + "." + name
		}
	}
	return obj.Pkg().Path() + "." + name
}

func typeName(t types.Type) string {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	if named, ok := types.Unalias(t).(*types.Named); ok {
		return named.Obj().Name()
	}
	return ""
}

// shown is the name of a function or variable in messages: that of the standard library in full.
func shown(obj types.Object) string {
	path := obj.Pkg().Path()
	name := strings.TrimPrefix(qualified(obj), path)
	if first, _, _ := strings.Cut(path, "/"); strings.Contains(first, ".") {
		return obj.Pkg().Name() + name
	}
	return path + name
}

func atPackageLevel(obj types.Object) bool {
	return obj.Pkg() != nil && obj.Parent() == obj.Pkg().Scope()
}
