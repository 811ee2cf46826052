package coro

import (
	"context"
	"time"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/timers"
)

// eventLoop is what this package needs of a loop besides its scheduler.
type eventLoop interface {
	// Time is the loop's clock.
	Time() time.Duration

	// AddTimer has t.Run scheduled once the clock has reached when. RemoveTimer
	// takes it back, and reports whether it was still waiting.
	AddTimer(t *timers.Timer, when time.Duration)
	RemoveTimer(t *timers.Timer) bool

	// AddTimerAt is AddTimer with a time that the program gives, rather than one that was
	// counted from the time that it is.
	AddTimerAt(t *timers.Timer, when time.Duration)

	// IsRunning reports whether the loop is in RunForever or RunUntilComplete.
	IsRunning() bool

	// Abort ends the present run with err as soon as what runs now returns.
	Abort(err error)

	// Post has f called on the loop's goroutine, whoever calls Post. A closed loop drops it.
	Post(f func())

	// ClosesAbandoned reports whether a generator is closed that the collector has found, or
	// nothing depends on that.
	ClosesAbandoned() bool

	EagerTasks() bool               // what asyncio's eager_task_factory does
	ParentContext() context.Context // the parent of every Co.Context
}

// A machine is what this package keeps for each loop.
type machine struct {
	loop    eventLoop
	eager   bool  // what asyncio's eager_task_factory does
	unnamed int32 // how many tasks were given a number for a name

	timedOut map[*TimeoutScope]*future.TimeoutError // of blocks that have not ended yet, after their time

	held held // what tasks have acquired, if the loop reports leaks

	walked walkedSet // the last that AllTasks has walked, where somebody chooses

	idleSleepers []*sleeper // to be used again

	idleMembers  *groupMember // of task groups, to be used again; linked by next
	nIdleMembers int
}

// machineOf is that of the loop of s, made on the first call.
func machineOf(s *sched.Scheduler) *machine {
	if m, ok := s.Tasks.(*machine); ok {
		return m
	}
	return newMachine(s)
}

func newMachine(s *sched.Scheduler) *machine {
	if s == nil || s.Loop() == nil {
		panic(notOnLoop)
	}
	loop := s.Loop().(eventLoop)
	m := &machine{loop: loop, eager: loop.EagerTasks()}
	s.Tasks = m
	return m
}

const notOnLoop = "coro: neither a Co, nor a loop made by loop.New, nor a group: nil, or a zero value, has no tasks"

// machine is that of the loop of co.
func (co *Co) machine() *machine { return machineOf(co.sched()) }

// schedulerOf is the scheduler of the loop that on is on.
func schedulerOf(on future.OnLoop) *sched.Scheduler {
	if on == nil {
		panic(notOnLoop)
	}
	s := (*sched.Scheduler)(on.Scheduler())
	if s == nil {
		panic(notOnLoop)
	}
	return s
}
