package loop

import (
	"errors"
	"fmt"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/sched"
)

var (
	// ErrClosed is given for the use of a loop that is closed.
	ErrClosed = sched.ErrClosed

	// ErrRunning is wrapped by the refusals to run a loop that is running, to run
	// one inside another, and to close one that is running.
	ErrRunning = errors.New("loop: an event loop is running")

	// ErrThread is returned by the run, or Close, of a loop whose suspended tasks and
	// generators cannot be resumed by the calling goroutine: Go allows that only to the goroutine that is
	// locked to the OS thread on which they began, or, if they began on none, to one that
	// is not locked to any.
	ErrThread = sched.ErrThread

	// ErrStopped is returned by RunUntilComplete when the loop was stopped before
	// the future was done, and by Step and its like when it was stopped.
	ErrStopped = errors.New("loop: the event loop stopped before the future was done")

	// ErrKeyboardInterrupt is returned by Run after an interrupt.
	ErrKeyboardInterrupt = future.ErrKeyboardInterrupt

	// ErrExecutorShutdown is returned for work given to the default executor
	// after its shutdown.
	ErrExecutorShutdown = errors.New("loop: the default executor has been shut down")

	// ErrChannelClosed is returned by Receive from a closed channel.
	ErrChannelClosed = errors.New("loop: receive from a closed channel")

	errOtherBubble = errors.New("loop: it was not made in the testing/synctest bubble that it is run in, and would wait for ever; make it where it is run")

	errAlreadyRunning = fmt.Errorf("%w already: this one", ErrRunning)
	errAnotherRunning = fmt.Errorf("%w: another cannot run inside it", ErrRunning)
	errRunInside      = fmt.Errorf("%w: Run cannot be called from inside it; await the coroutine, or create a task", ErrRunning)
	errNotVirtual     = errors.New("loop: only a virtual clock can be advanced; make the loop with VirtualTime")
	errUnrecordedIO   = errors.New("loop: sockets and pipes cannot be recorded, replayed or explored; leave RecordTo and ReplayFrom out, or use a simulated network")
	errCloseRunning   = fmt.Errorf("%w: it cannot be closed before it has stopped", ErrRunning)
)
