package loop_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/queues"
)

// BenchmarkInspect is how long the loop stands still for an Inspect of 10,000 parked tasks,
// and what that comes to for each. The floor goes through the tasks, and asks each what it
// waits for.
func BenchmarkInspect(b *testing.B) {
	const n = 10_000
	var lock locks.Lock
	lock.SetName("db")
	var queue queues.Queue[int]
	queue.SetName("jobs")
	var event locks.Event
	parked := map[string]func(co *coro.Co) error{
		"sleep":   func(co *coro.Co) error { return coro.Sleep(co, time.Hour) },
		"lock":    lock.Acquire,
		"queue":   func(co *coro.Co) error { _, err := queue.Get(co); return err },
		"event":   event.Wait,
		"gather":  func(co *coro.Co) error { return coro.Await(co, coro.Gather(co, coro.Bind0(forever))) },
		"timeout": func(co *coro.Co) error { _, err := coro.WaitFor(co, coro.Bind0(forever), time.Hour); return err },
	}
	for _, name := range []string{"sleep", "lock", "queue", "event", "gather", "timeout"} {
		l := loop.New(loop.VirtualTime(true))
		for i := range n {
			coro.CreateTask(l, coro.Do(parked[name]), coro.Quiet(), coro.Name("task "+strconv.Itoa(i)))
		}
		require.NoError(b, l.RunUntilIdle())
		per := func(b *testing.B) {
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(coro.AllTasks(l))), "ns/task")
		}
		b.Run(name+"/floor", func(b *testing.B) {
			for b.Loop() {
				l.LookFloor()
			}
			per(b)
		})
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				l.Look(0)
			}
			per(b)
		})
		if name == "sleep" {
			b.Run(name+"/stacks of 1000", func(b *testing.B) {
				for b.Loop() {
					l.Look(1000)
				}
			})
		}
		require.NoError(b, l.Close())
	}
}

func forever(co *coro.Co) (coro.None, error) { return coro.None{}, coro.Sleep(co, coro.Forever) }
