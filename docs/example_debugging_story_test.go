package docs_test

import (
	"fmt"
	"os"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/trace"
	"github.com/ouro-loop/ouro/trace/explain"
)

// save takes a second, and is done by one task at a time.
func save(co *coro.Co, file *locks.Lock) error {
	return file.With(co, func() error { return coro.Sleep(co, time.Second) })
}

func saveTwice(co *coro.Co) error {
	var file locks.Lock
	return coro.Group(co, func(g *coro.TaskGroup) error {
		coro.CreateTask(g, coro.Do1(save, &file), coro.Name("ada"))
		coro.CreateTask(g, coro.Do1(save, &file), coro.Name("bob"))
		return nil
	})
}

func Example_debuggingTimeline() {
	recorder := trace.New(trace.Full())
	err := loop.Main(saveTwice, loop.VirtualTime(true), loop.Record(recorder))

	story := explain.Of(recorder.Trace(), explain.Options{})
	_ = story.WriteTimeline(os.Stdout, 80)
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// iteration   1   2    3   5  6  8
	// time       0 s       1 s    2 s
	// main       ░███─────┄──────┄───░█✓
	// ada          ░░░█───┄░██✓
	// bob           ░░░░█─┄──░░█─┄░█✓
	//
	// ░ ready  █ runs  ─ waits  ┄ the loop sleeps  ✓ ended
}

func Example_debuggingStory() {
	recorder := trace.New(trace.Full())
	err := loop.Main(saveTwice, loop.VirtualTime(true), loop.Record(recorder))
	story := explain.Of(recorder.Trace(), explain.Options{})

	_ = story.WriteText(os.Stdout, 80)
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// 1  `run` makes a task of `saveTwice()` and puts it into the ready queue.
	//
	//  2  Iteration 1 begins. Ready is main: exactly this runs now; whatever becomes
	//     ready meanwhile waits for iteration 2.
	//  3  main begins because it is the first in the queue.
	//  4  main creates ada to run `save()`. It goes to the end of the ready queue and
	//     does not begin before the next iteration.
	//  5  main creates bob to run `save()`. It goes to the end of the ready queue and
	//     does not begin before the next iteration.
	//  6  main is at the end of its task group, and waits for ada and bob.
	//
	//  7  Iteration 2 begins. Ready are ada and bob: exactly these run now; whatever
	//     becomes ready meanwhile waits for iteration 3.
	//  8  ada begins because main created it, and its turn has come.
	//  9  ada sleeps: it sets an alarm for 1 s and waits for it. The loop takes the
	//     next entry.
	// 10  bob begins because main created it, and its turn has come.
	// 11  bob waits for the lock, which ada holds.
	// 12  Nothing is ready. The loop sleeps until the first alarm, at 1 s.
	// 13  It is 1 s: the alarm of ada’s sleep is due, and goes into the ready queue.
	//
	// 14  Iteration 3 begins. Ready is the alarm of ada’s sleep: exactly this runs
	//     now; whatever becomes ready meanwhile waits for iteration 4.
	// 15  The alarm of ada’s sleep rings because its deadline has come.
	// 16  The sleep is over. ada goes into the ready queue.
	//
	// 17  Iteration 4 begins with ada.
	// 18  ada goes on because its sleep is over.
	// 19  ada releases the lock.
	// 20  The lock is handed on. bob goes into the ready queue.
	// 21  ada has returned: it is done. The task group’s callback goes into the ready
	//     queue.
	//
	// 22  Iteration 5 begins with bob and the task group’s callback.
	// 23  bob goes on because ada released the lock.
	// 24  bob takes the lock.
	// 25  bob sleeps: it sets an alarm for 2 s and waits for it. The loop takes the
	//     next entry.
	// 26  The task group’s callback runs because ada is done.
	// 27  Nothing is ready. The loop sleeps until the first alarm, at 2 s.
	// 28  It is 2 s: the alarm of bob’s sleep is due, and goes into the ready queue.
	//
	// 29  Iteration 6 begins with the alarm of bob’s sleep.
	// 30  The alarm of bob’s sleep rings because its deadline has come.
	// 31  The sleep is over. bob goes into the ready queue.
	//
	// 32  Iteration 7 begins with bob.
	// 33  bob goes on because its sleep is over.
	// 34  bob releases the lock.
	// 35  bob has returned: it is done. The task group’s callback goes into the ready
	//     queue.
	//
	// 36  Iteration 8 begins with the task group’s callback.
	// 37  The task group’s callback runs because bob is done.
	// 38  The last task of the group has ended. main goes into the ready queue.
	//
	// 39  Iteration 9 begins with main.
	// 40  main goes on because every task of its group has ended.
	// 41  main has returned: it is done. Run’s callback goes into the ready queue.
	//
	// 42  Iteration 10 begins with run’s callback.
	// 43  Run’s callback runs because main is done.
	// 44  `run` cleans up: it closes async generators and the thread pool, in two
	//     short tasks of its own, and then the loop.
	// 45  The loop is closed, after 14 iterations.
}
