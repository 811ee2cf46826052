package replay

import (
	"errors"
	"strconv"
	"strings"

	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// raised is an error of the program's own.
type raised struct{ program.Err }

func (e *raised) Error() string { return e.Kind + ":" + e.Msg }

// text writes a value as the trace has it.
func text(v program.Value) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case int:
		return strconv.Itoa(v)
	case string:
		return v
	case error:
		return errorText(v)
	case []any:
		items := make([]string, len(v))
		for i, item := range v {
			items[i] = text(item)
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	panic("replay: a value of no type that programs have")
}

// value is the outcome of a statement that ended with v. Most end with null.
func value(v program.Value) string {
	if v == nil {
		return "=null"
	}
	return "=" + text(v)
}

// errorText writes an error as the trace has it.
func errorText(err error) string {
	switch e := err.(type) {
	case *raised:
		return e.Error()
	case *future.PanicError: // how an error leaves a callback
		if inner, ok := e.Value.(error); ok {
			return errorText(inner)
		}
	case *future.CanceledError:
		if msg, ok := e.Message(); ok {
			return "CancelledError:" + msg
		}
		return "CancelledError"
	case *coro.ExceptionGroup:
		items := make([]string, len(e.Errors))
		for i, item := range e.Errors {
			items[i] = errorText(item)
		}
		return className(err) + "[" + strings.Join(items, ",") + "]"
	}
	return className(err)
}

// holdsBase reports whether a group has an errLimit or an ErrGeneratorExit among its
// members: those are no Exception in Python, and make it another kind of group.
func holdsBase(g *coro.ExceptionGroup) bool {
	for _, err := range g.Errors {
		inner, ok := err.(*coro.ExceptionGroup)
		if isLimit(err) || err == coro.ErrGeneratorExit || ok && holdsBase(inner) {
			return true
		}
	}
	return false
}

// className is the class that asyncio's error has where this library has err.
func className(err error) string {
	var timeout *future.TimeoutError
	var group *coro.ExceptionGroup
	switch {
	case isLimit(err):
		return "Limit"
	case errors.As(err, &group):
		if holdsBase(group) {
			return "BaseExceptionGroup"
		}
		return "ExceptionGroup"
	case future.IsCanceled(err):
		return "CancelledError"
	case errors.As(err, &timeout):
		return "TimeoutError"
	case errors.Is(err, future.ErrInvalidState):
		return "InvalidStateError"
	case err == coro.ErrStopAsyncIteration:
		return "StopAsyncIteration"
	case err == coro.ErrGeneratorExit:
		return "GeneratorExit"
	}
	if name := syncClassName(err); name != "" {
		return name
	}
	return "RuntimeError"
}

func isDeadlock(err error) bool {
	var deadlock *loop.DeadlockError
	return errors.As(err, &deadlock)
}

// isBase has the classes that are no Exception.
var isBase = map[string]bool{"CancelledError": true, "BaseExceptionGroup": true, "GeneratorExit": true}

// matches reports whether a handler for kinds catches err.
func matches(err error, kinds []string) bool {
	own, isOwn := err.(*raised)
	class := className(err)
	for _, k := range kinds {
		switch {
		case k == "BaseException", k == "Exception" && !isBase[class]:
			return true
		case isOwn:
			if own.Kind == k {
				return true
			}
		case k == class, k == "ExceptionGroup" && class == "BaseExceptionGroup":
			return true
		}
	}
	return false
}
