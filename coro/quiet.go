package coro

import "github.com/ouro-loop/ouro/internal/sched"

// Quiet leaves the task out of the reports about tasks that were pending when
// their loop was closed. See [QuietTree] for those that it creates.
func Quiet() TaskOption { return func(o *taskOptions) { o.quiet = true } }

// QuietTree is Quiet for the task and for those that it creates, that these create, and so
// on: for a service in the background that nobody waits for, whatever tasks it is made of.
//
// It is inherited as a context variable is: a task that is created with InContext has it
// from that context. One that is given both has its context marked, for all that run in it.
func QuietTree() TaskOption { return func(o *taskOptions) { o.tree = true } }

// quietContext is v with the mark of QuietTree, or a copy of the present context if v is nil.
// The mark is a context variable, so that a task that has nothing to do with it does nothing
// for it.
func quietContext(s Spawner, v *Vars) *Vars {
	if v == nil {
		v = (*Vars)(schedulerOf(s).Vars()).Copy()
	}
	(*sched.Vars)(v).Set(sched.QuietTree{}, true)
	return v
}

func inQuietTree(v *Vars) bool {
	_, ok := (*sched.Vars)(v).Get(sched.QuietTree{})
	return ok
}
