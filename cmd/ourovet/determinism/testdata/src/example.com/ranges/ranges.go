package ranges

import (
	"maps"
	"slices"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/queues"
)

type orders map[string]time.Duration

func deliver(co *coro.Co, name string) error { return nil }
func note(co *coro.Co, name string)          {}

func awaits(co *coro.Co, m orders) error {
	for _, d := range m { // want `^a range over a map with an await in line 21 in a coroutine: use slices.Sorted\(maps.Keys\(m\)\)$`
		if err := coro.Sleep(co, d); err != nil {
			return err
		}
	}
	for name := range m { // want `with an await in line 26`
		note(co, name)
	}
	for name := range m { // want `with an await in line 29`
		f := func() error { return deliver(co, name) }
		_ = f()
	}
	for name := range maps.Keys(m) { // want `with an await in line 33 .*: use slices.Sorted\(maps.Keys\(m\)\)$`
		_ = deliver(co, name)
	}
	for name := range maps.All(m) { // want `with an await in line 36`
		_ = deliver(co, name)
	}
	for d := range maps.Values(m) { // want `with an await in line 39`
		_ = coro.Sleep(co, d)
	}
	var q queues.Queue[int]
	for range m { // want `with an await in line 43`
		for range q.All(co) {
			break
		}
	}
	for range m { // want `with an await in line 48`
		_ = co.Suspend()
	}
	return nil
}

func iterates(y *coro.Yielder[string], m orders) error {
	for name := range m { // want `with an await in line 55`
		if err := y.Yield(name); err != nil {
			return err
		}
	}
	return nil
}

func arrangements(co *coro.Co, m map[string]*coro.Task[int], fs map[string]*future.Future[int], g *coro.TaskGroup) {
	l := loop.Of(co)
	for _, t := range m { // want `with future.Future.SetResult in line 65`
		_ = t.SetResult(1)
	}
	for _, t := range m { // want `with coro.Task.Cancel in line 68`
		t.Cancel()
	}
	for _, f := range fs { // want `with future.Future.Cancel in line 71`
		f.Cancel()
	}
	for _, f := range fs { // want `with future.Core.Cancel in line 74`
		f.Core.Cancel()
	}
	for _, f := range fs { // want `with future.Future.SetError in line 77`
		_ = f.SetError(nil)
	}
	for name := range m { // want `with coro.CreateTask in line 80`
		coro.CreateTask(g, coro.Do1(deliver, name))
	}
	for _, t := range m { // want `with coro.EnsureFuture in line 83`
		coro.EnsureFuture(co, t)
	}
	for _, t := range m { // want `with coro.Gather in line 86`
		coro.Gather(co, t)
	}
	for _, t := range m { // want `with coro.GatherErrors in line 89`
		coro.GatherErrors(co, t)
	}
	for _, t := range m { // want `with coro.GatherSettled in line 92`
		coro.GatherSettled(co, t)
	}
	for _, t := range m { // want `with coro.Shield in line 95`
		coro.Shield(co, t)
	}
	for range m { // want `with loop.Loop.CallAt in line 98`
		l.CallAt(1, func() {})
	}
	for range m { // want `with loop.Loop.CallLater in line 101`
		l.CallLater(1, func() {})
	}
	for range m { // want `with loop.Loop.CallSoon in line 104`
		l.CallSoon(func() {})
	}
	var fifo queues.Queue[string]
	var lifo queues.LifoQueue[string]
	var heap queues.PriorityQueue[string]
	for name := range m { // want `with queues.Queue.PutNowait in line 110`
		_ = fifo.PutNowait(name)
	}
	for name := range m { // want `with queues.LifoQueue.PutNowait in line 113`
		_ = lifo.PutNowait(name)
	}
	for name := range m { // want `with queues.PriorityQueue.PutNowait in line 116`
		_ = heap.PutNowait(name)
	}
}

// sorted is how it ought to be, and what has no order to lose.
func sorted(co *coro.Co, m orders, tasks map[string]*coro.Task[int]) error {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if err := coro.Sleep(co, m[name]); err != nil {
			return err
		}
	}
	total, done := time.Duration(0), 0
	for _, d := range m {
		total += d + co.Time() + time.Duration(loop.Of(co).Now().Second())
	}
	for _, t := range tasks {
		if t.Done() {
			done++
		}
	}
	var cos []*coro.Co
	for range m {
		cos = append(cos, co)
	}
	for range len(coro.AllTasks(cos[0])) {
		if err := coro.Sleep(co, total); err != nil {
			return err
		}
	}
	return nil
}
