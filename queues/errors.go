package queues

import "errors"

// From what has a name, see SetName, they come wrapped, with the name in the text: use
// errors.Is.
var (
	// ErrEmpty is returned by GetNowait from an empty queue.
	//
	// Semantics: asyncio.QueueEmpty.
	ErrEmpty = errors.New("queues: queue empty")

	// ErrFull is returned by PutNowait to a queue that has reached its bound.
	//
	// Semantics: asyncio.QueueFull.
	ErrFull = errors.New("queues: queue full")

	// ErrShutDown is returned by a put after Shutdown, and by a get when nothing
	// is left in the queue.
	//
	// Semantics: asyncio.QueueShutDown.
	ErrShutDown = errors.New("queues: queue shut down")

	// ErrTooManyDone is returned by a TaskDone for which there was no item.
	//
	// Semantics: the ValueError of asyncio.Queue.task_done.
	ErrTooManyDone = errors.New("queues: TaskDone called too many times")
)
