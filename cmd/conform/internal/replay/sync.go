package replay

import (
	"errors"
	"fmt"

	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/queues"
)

// What a statement asks of an object, whatever its class: Python looks no closer
// either.
type (
	releaser interface{ Release() error }
	lockable interface {
		Acquire(co *coro.Co) error
		With(co *coro.Co, body func() error) error
		Locked() bool
	}
	notifier interface {
		Notify(n int) error
		NotifyAll() error
	}
	queue interface {
		Put(co *coro.Co, v program.Value) error
		Get(co *coro.Co) (program.Value, error)
		PutNowait(v program.Value) error
		GetNowait() (program.Value, error)
		TaskDone() error
		Join(co *coro.Co) error
		Len() int
		Shutdown(immediate bool)
	}
)

// An attributeError is what Python raises if an object cannot do what a statement
// asks of it.
type attributeError struct{ op program.Op }

func (e attributeError) Error() string { return fmt.Sprintf("nothing that can do %v", e.op) }

func (m *machine) newObject(o program.Object) any {
	switch o.Kind {
	case program.Lock:
		return new(locks.Lock)
	case program.Event:
		return new(locks.Event)
	case program.Cond:
		return new(locks.Condition)
	case program.Semaphore:
		return locks.NewSemaphore(int(o.N))
	case program.BoundedSemaphore:
		return locks.NewBoundedSemaphore(int(o.N))
	case program.Barrier:
		return locks.NewBarrier(int(o.N))
	case program.Queue:
		return queues.New[program.Value](int(o.N))
	case program.LifoQueue:
		return queues.NewLifo[program.Value](int(o.N))
	case program.PriorityQueue:
		return queues.NewPriorityFunc(int(o.N), less)
	}
	panic(fmt.Sprintf("replay: no object of kind %v", o.Kind))
}

// immediateSync runs a statement about an object that never suspends.
func (m *machine) immediateSync(st *program.Stmt) (any, error) {
	switch on := m.env[st.On.Name].(type) {
	case *locks.Semaphore:
		if st.Op == program.OpRelease {
			on.Release()
			return nil, nil
		}
	case *locks.Event:
		switch st.Op {
		case program.OpEvSet:
			on.Set()
			return nil, nil
		case program.OpEvClear:
			on.Clear()
			return nil, nil
		}
	case *locks.Barrier:
		if st.Op == program.OpBarState {
			return fmt.Sprintf("%d %v", on.Waiting(), on.Broken()), nil
		}
	case queue:
		return ordered(func() (any, error) { return immediateQueue(on, st) })
	}
	on := m.env[st.On.Name]
	switch st.Op {
	case program.OpRelease:
		if l, ok := on.(releaser); ok {
			return nil, l.Release()
		}
	case program.OpLocked:
		if l, ok := on.(lockable); ok {
			return l.Locked(), nil
		}
	case program.OpNotify:
		if c, ok := on.(notifier); ok {
			return nil, c.Notify(int(st.N))
		}
	case program.OpNotifyAll:
		if c, ok := on.(notifier); ok {
			return nil, c.NotifyAll()
		}
	}
	return nil, attributeError{st.Op}
}

func immediateQueue(q queue, st *program.Stmt) (any, error) {
	switch st.Op {
	case program.OpPutNowait:
		return nil, q.PutNowait(st.V)
	case program.OpGetNowait:
		return q.GetNowait()
	case program.OpTaskDone:
		return nil, q.TaskDone()
	case program.OpQsize:
		return q.Len(), nil
	case program.OpShutdown:
		q.Shutdown(st.Immediate)
		return nil, nil
	}
	return nil, attributeError{st.Op}
}

// suspendingSync runs a statement about an object that may suspend the coroutine.
func (m *machine) suspendingSync(f frame, st *program.Stmt) (any, error) {
	co := f.Co()
	switch on := m.env[st.On.Name].(type) {
	case queue:
		switch st.Op {
		case program.OpPut:
			return ordered(func() (any, error) { return nil, on.Put(co, st.V) })
		case program.OpGet:
			return ordered(func() (any, error) { return on.Get(co) })
		case program.OpJoin:
			return nil, on.Join(co)
		}
	case *locks.Barrier:
		switch st.Op {
		case program.OpEvWait, program.OpCondWait, program.OpBarWait:
			return on.Wait(co)
		case program.OpBarAbort:
			on.Abort()
			return nil, nil
		case program.OpBarReset:
			on.Reset()
			return nil, nil
		}
	case interface{ Wait(co *coro.Co) error }:
		switch st.Op {
		case program.OpEvWait, program.OpCondWait, program.OpBarWait:
			return true, on.Wait(co)
		}
	}
	if on, ok := m.env[st.On.Name].(lockable); ok {
		switch st.Op {
		case program.OpAcquire:
			return true, on.Acquire(co)
		case program.OpWith:
			var v any
			err := on.With(co, func() (err error) {
				v, err = m.block(f, st.Do)
				return err
			})
			return v, err
		}
	}
	return nil, attributeError{st.Op}
}

// syncClassName is the part of className that is about objects.
func syncClassName(err error) string {
	var attribute attributeError
	var order typeError
	switch {
	case errors.As(err, &order):
		return "TypeError"
	case errors.As(err, &attribute):
		return "AttributeError"
	case errors.Is(err, locks.ErrTooManyReleases), errors.Is(err, locks.ErrSize), errors.Is(err, queues.ErrTooManyDone):
		return "ValueError"
	case errors.Is(err, locks.ErrBroken):
		return "BrokenBarrierError"
	case errors.Is(err, queues.ErrEmpty):
		return "QueueEmpty"
	case errors.Is(err, queues.ErrFull):
		return "QueueFull"
	case errors.Is(err, queues.ErrShutDown):
		return "QueueShutDown"
	}
	return ""
}
