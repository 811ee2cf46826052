package streams

import (
	"cmp"
	"context"
	"net"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams/internal/network"
)

func schedulerOf(on future.OnLoop) *sched.Scheduler { return (*sched.Scheduler)(on.Scheduler()) }

// callerOn is the coroutine that calls, whose Co nobody has handed on: a Read is deep in a library. On a
// goroutine that is not the loop's it is nil.
func callerOn(of *sched.Scheduler) (*coro.Co, error) {
	var who sched.Caller
	return coroutineOn(of, &who)
}

func coroutineOn(of *sched.Scheduler, who *sched.Caller) (*coro.Co, error) {
	at, s, k := who.WhoCalls()
	switch {
	case at == sched.InCoroutine && s == of:
		return k.Body().(interface{ Co() *coro.Co }).Co(), nil
	case at == sched.InCoroutine:
		return nil, coro.ErrOtherLoop
	case at == sched.InCallback:
		return nil, ErrCallback
	}
	return nil, nil
}

// isElsewhere reports whether the caller is not on the loop's side.
func isElsewhere(of *sched.Scheduler) bool {
	at, s, _ := sched.WhoCalls()
	return at == sched.Elsewhere || s != of
}

func (c *Conn) caller() (*coro.Co, error) { return coroutineOn(c.sched, &c.who) }
func (c *Conn) isElsewhere() bool         { return isElsewhere(c.sched) }

// onLoop has a coroutine of the loop do what a goroutine waits for.
func onLoop[T any](ctx context.Context, l *loop.Loop, f coro.Func[T]) (T, error) {
	if schedulerOf(l).Loop().(interface{ HasVirtualTime() bool }).HasVirtualTime() {
		var zero T
		return zero, ErrElsewhere
	}
	type outcome struct {
		v   T
		err error
	}
	// The error is no error of the task, which would be reported if the goroutine came too late for it.
	o, err := loop.SubmitAndWait(ctx, l, func(co *coro.Co) (outcome, error) {
		v, err := f(co)
		return outcome{v, err}, nil
	})
	return o.v, cmp.Or(o.err, err)
}

// On other goroutines a connection is one of package net: a duplicate, which is made when it is first
// needed, waits in Go's own poller. The loop need not run meanwhile: it may be what waits for them. Where there can be no
// duplicate the loop has to do it for them.

// readElsewhere is Read on a goroutine that is not the loop's.
func (c *Conn) readElsewhere(p []byte) (int, error) {
	b, err := c.t.Blocking()
	switch {
	case err == network.ErrOnLoopOnly:
		return onLoop(context.Background(), c.loop, func(co *coro.Co) (int, error) { return c.read(co, p) })
	case err != nil:
		return 0, c.opError("read", err)
	}
	return b.Read(p)
}

func (c *Conn) writeElsewhere(p []byte) (int, error) {
	b, err := c.t.Blocking()
	switch {
	case err == network.ErrOnLoopOnly:
		return onLoop(context.Background(), c.loop, func(co *coro.Co) (int, error) { return c.write(co, p) })
	case err != nil:
		return 0, c.opError("write", err)
	}
	return b.Write(p)
}

// closeWriteElsewhere ends at once what is sent, or has the loop do it.
func (c *Conn) closeWriteElsewhere() error {
	do := func() { _ = c.CloseWrite() }
	b, err := c.t.Blocking()
	if err != nil && err != network.ErrOnLoopOnly {
		return c.opError("close", err)
	}
	if half, ok := b.(interface{ CloseWrite() error }); ok {
		if err := half.CloseWrite(); err != nil {
			return err
		}
		do = func() { c.ended = true }
	}
	_, err = c.loop.CallSoonThreadsafe(do)
	return err
}

// closeElsewhere ends at once who blocks, and has the loop do the rest.
func (c *Conn) closeElsewhere(abort bool) error {
	if !c.ending.CompareAndSwap(false, true) {
		return c.opError("close", net.ErrClosed)
	}
	c.t.Unblock()
	if _, err := c.loop.CallSoonThreadsafe(func() { _ = c.finish(abort) }); err != nil {
		return c.t.Close(abort) // the loop is closed, and nobody else has it
	}
	return nil
}

func (c *Conn) setDeadlineElsewhere(in direction, t time.Time) error {
	if c.ending.Load() {
		return c.opError("set", net.ErrClosed)
	}
	c.t.SetBlockingDeadline(in, t)
	_, err := c.loop.CallSoonThreadsafe(func() {
		if !c.closed {
			c.sides[in].deadline.set(t)
			c.sides[in].lookAgain()
		}
	})
	return err
}
