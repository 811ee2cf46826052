package simnet

import (
	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/sched"
)

// IfVirtual runs f on a host of a network of its own if the loop's clock is virtual, and else as it is, on the
// machine: for programs that are shown or tried out both ways.
func IfVirtual(co *coro.Co, f func(co *coro.Co) error) error {
	on := (*sched.Scheduler)(co.Scheduler()).Loop().(interface{ HasVirtualTime() bool })
	if !on.HasVirtualTime() {
		return f(co)
	}
	return New(co).Host("host").Run(co, f)
}
