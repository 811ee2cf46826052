package loop

import (
	"strings"

	"github.com/ouro-loop/ouro/internal/frames"
)

// toThread is where a function that blocks can run.
const toThread = "loop.ToThread"

// instead is what to use in place of functions that block, by their name without the path of
// the package. The first that fits counts.
var instead = []struct{ function, use string }{
	{"time.Sleep", "coro.Sleep"},
	{"sync.(*Mutex).", "locks.Lock"},
	{"sync.(*RWMutex).", "locks.Lock"},
	{"sync.(*Cond).", "locks.Condition"},
	{"sync.(*WaitGroup).", "coro.Group or " + toThread},
	{"executor.(*Future[", "loop.WrapFuture, and await that"},
	{"poll.(*FD).", toThread},
	{"os.", toThread},
	{"exec.", toThread},
	{"net.", toThread},
	{"http.", toThread},
	{"sql.", toThread},
	{"syscall.", toThread},
}

// insteadOfState is what to use in place of statements that block, by the state that they
// leave a goroutine in.
var insteadOfState = map[string]string{
	"chan receive":            "loop.Receive",
	"chan receive (nil chan)": "loop.Receive",
	"chan send":               "loop.Go, or a channel with room",
	"chan send (nil chan)":    "loop.Go, or a channel with room",
	"select":                  "loop.Receive or loop.Go",
	"select (no cases)":       "coro.Sleep with coro.Forever",
}

// whatBlocks tells what a goroutine in that state, with these calls, is in, and what to use
// instead. What computes is in nothing.
func whatBlocks(state string, calls []frames.Call) (in, use string) {
	for _, c := range calls {
		if frames.IsUser(c.File) {
			break
		}
		name := c.Function[strings.LastIndexByte(c.Function, '/')+1:]
		u := insteadOf(name)
		if u == "" && frames.IsCore(c.File) {
			continue
		}
		in = name // in the end that which the program has called
		if u != "" {
			use = u
		}
	}
	switch {
	case use != "":
		return in, use
	case computes(state):
		return "", toThread + ", or let others have their turn with coro.Sleep(co, 0)"
	case in != "":
		return in, toThread
	}
	return state, insteadOfState[state]
}

func insteadOf(function string) string {
	for _, i := range instead {
		if strings.HasPrefix(function, i.function) {
			return i.use
		}
	}
	return ""
}

// computes reports whether a goroutine in that state would go on if it was given the processor.
func computes(state string) bool {
	switch state {
	case "", "running", "runnable", "preempted":
		return true
	}
	return strings.HasPrefix(state, "GC ")
}
