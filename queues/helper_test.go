package queues_test

import (
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/queues"
)

const ms = time.Millisecond

// run runs main on a loop with a virtual clock. A report to the loop's exception
// handler fails the test, unless the options set another handler.
func run(t *testing.T, main func(co *coro.Co), opts ...loop.Option) {
	t.Helper()
	unexpected := loop.OnException(func(_ *loop.Loop, c future.ErrorContext) {
		t.Errorf("reported to the exception handler: %s: %v", c.Message, c.Err)
	})
	opts = append([]loop.Option{unexpected, loop.VirtualTime(), loop.Interrupts(false)}, opts...)
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		main(co)
		return nil
	}, opts...))
}

// pass lets n iterations of the loop go by.
func pass(t *testing.T, co *coro.Co, n int) {
	t.Helper()
	for range n {
		require.NoError(t, coro.Sleep(co, 0))
	}
}

// spawn runs f as a task.
func spawn(co *coro.Co, f func(co *coro.Co) error, opts ...coro.TaskOption) *coro.Task[coro.None] {
	return coro.CreateTask(co, coro.Do(f), opts...)
}

// wait awaits tasks that are expected to have no error.
func wait(t *testing.T, co *coro.Co, tasks ...*coro.Task[coro.None]) {
	t.Helper()
	for _, task := range tasks {
		_, err := task.Await(co)
		require.NoError(t, err)
	}
}

// waitCanceled awaits a task that is expected to be canceled.
func waitCanceled(t *testing.T, co *coro.Co, task future.Any) {
	t.Helper()
	_, _, err := coro.Wait(co, []future.Any{task})
	require.NoError(t, err)
	require.True(t, task.Canceled())
}

// putting is a coroutine that puts v.
func putting(q queue, v int) func(co *coro.Co) error {
	return func(co *coro.Co) error { return q.Put(co, v) }
}

// get expects an item.
func get(t *testing.T, co *coro.Co, q queue) int {
	t.Helper()
	v, err := q.Get(co)
	require.NoError(t, err)
	return v
}

// getNowait expects an item to be there.
func getNowait(t *testing.T, q queue) int {
	t.Helper()
	v, err := q.GetNowait()
	require.NoError(t, err)
	return v
}

// A queue is a queue of numbers of any kind.
type queue interface {
	Put(co *coro.Co, v int) error
	PutNowait(v int) error
	Get(co *coro.Co) (int, error)
	GetNowait() (int, error)
	All(co *coro.Co) iter.Seq2[int, error]
	TaskDone() error
	Join(co *coro.Co) error
	Shutdown(immediate bool)
	Len() int
	MaxSize() int
	Empty() bool
	Full() bool
	Unfinished() int
	Getters() []coro.AnyTask
	Putters() []coro.AnyTask
	Joiners() []coro.AnyTask
	SetName(name string)
	Name() string
	String() string
}

// kinds makes a queue of each kind.
var kinds = []struct {
	name string
	make func(maxSize int) queue
}{
	{"Queue", func(maxSize int) queue { return queues.New[int](maxSize) }},
	{"LifoQueue", func(maxSize int) queue { return queues.NewLifo[int](maxSize) }},
	{"PriorityQueue", func(maxSize int) queue { return queues.NewPriority[int](maxSize) }},
}

// eachKind runs a test with each kind of queue.
func eachKind(t *testing.T, test func(t *testing.T, co *coro.Co, newQueue func(maxSize int) queue)) {
	t.Helper()
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			run(t, func(co *coro.Co) { test(t, co, kind.make) })
		})
	}
}
