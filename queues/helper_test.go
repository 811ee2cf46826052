package queues_test

import (
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/queues"
)

const ms = time.Millisecond

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
			testkit.Run(t, func(co *coro.Co) { test(t, co, kind.make) })
		})
	}
}
