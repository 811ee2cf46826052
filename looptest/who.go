package looptest

import (
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/sched"
)

// A waiter is a task as this package sees it.
type waiter interface {
	Serial() uint32
	Awaited() *future.Core
	Task() coro.AnyTask
}

// taskOf is the serial of the task that a timer is about, zero for none.
func taskOf(timer sched.Entry) (serial uint32) {
	switch t := timer.(type) {
	case interface {
		Timeout() (task uint32, when time.Duration)
	}:
		serial, _ = t.Timeout()
	case interface{ Sleeper() uint32 }:
		serial = t.Sleeper()
	}
	return serial
}

// nameOf is the name of the task of that serial.
func nameOf(s *sched.Scheduler, serial uint32) (name string) {
	s.All(func(c *sched.Coroutine) {
		if t := c.Body().(waiter); t.Serial() == serial {
			name = called(serial, t.Task().Name())
		}
	})
	return name
}
