package main

import (
	"slices"
	"strings"
)

// A row is one piece of work, as the benchmark and the rivals call it. What the name
// means exactly stands at the benchmark.
type row struct {
	name  string
	work  string
	goals []goal
}

// A goal is what is wanted of our time, or of our allocations.
type goal struct {
	against string  // somebody in the row; "" if it is absolute
	most    float64 // our time divided by theirs; nanoseconds or allocations if absolute
	unit    string  // of an absolute goal: ns or allocs
	upper   bool    // it is said as a bound, not as how much faster we are
	procs   int     // it is one of CPU time with so many processors; 0 for time that passes
}

// within says how often the time of the floor, or of another in the same process, is
// the most.
func within(times float64, against string) goal {
	return goal{against: against, most: times, upper: true}
}

// onOneCore is within in CPU time, with one processor: the garbage collector has no other to work on.
func onOneCore(times float64, against string) goal {
	return goal{against: against, most: times, upper: true, procs: 1}
}

// ahead says how many times as fast as a rival is the least.
func ahead(times float64, of string) goal { return goal{against: of, most: 1 / times} }

func most(n float64, unit string) goal { return goal{most: n, unit: unit} }

var rows = []row{
	{"Yield/tasks=2000", "sleep(0) in 2,000 tasks, one step", []goal{
		within(1.15, floor), ahead(1, "gosched"), ahead(5, "uvloop"), ahead(12, "cpython")}},
	{"Yield/tasks=1", "sleep(0) in one task alone", []goal{
		within(0.4, floor), ahead(1, "gosched"), ahead(1, "node"), ahead(1, "tokio")}},
	{"CreateTaskAwait", "create a task and await it", []goal{
		within(2, floor), onOneCore(2.2, floor), most(2, "allocs"), ahead(1, "goroutine"), ahead(1, "tokio")}},
	{"Gather/n=100000", "gather of 100,000, one task", []goal{
		within(2.5, floor), onOneCore(4, floor), ahead(1, "tokio"), ahead(1, "node"), ahead(1, "goroutines errgroup")}},
	{"CallSoon/chain", "call_soon, each from the one before", []goal{
		most(25, "ns"), most(0, "allocs"), ahead(20, "uvloop")}},
	{"CallSoon/batch=1000", "call_soon, 1,000 at once, one call", []goal{
		most(25, "ns"), most(0, "allocs"), ahead(20, "uvloop")}},
	{"Future", "a future set by a callback and awaited", []goal{within(2, floor)}},

	{"Timers/cancel/pending=1000", "call_at and cancel, 1,000 pending", timerGoals},
	{"Timers/replace/pending=100000", "cancel one of 100,000 timers and schedule one", timerGoals},
	{"Timers/replace/pending=1000000", "the same of 1,000,000", timerGoals},
	{"Timers/churn/pending=100000", "a timer runs and schedules the next, 100,000 pending", []goal{within(1.2, floor)}},
	{"Timers/churn/pending=1000000", "the same, 1,000,000 pending", []goal{within(1.2, floor)}},
	{"Timers/equal/n=1000000", "1,000,000 timers for the same moment, one timer", timerGoals},

	{"Queue/size=1", "put and get, queue of 1, two tasks", []goal{
		within(3, floor), onOneCore(1, "channel"), ahead(1, "channel"), ahead(1, "tokio")}},
	{"Queue/size=100", "put and get, queue of 100, two tasks", []goal{
		within(1.2, floor), ahead(1, "channel"), ahead(1, "tokio")}},
	{"ToThread/calls=1", "to_thread, a round trip", []goal{
		within(2.5, floor), ahead(10, "tokio"), ahead(30, "cpython")}},
	{"ToThread/calls=16", "to_thread, 16 at once, one call", []goal{
		within(2.5, floor), ahead(10, "tokio"), ahead(30, "cpython")}},
	{"CallSoonThreadsafe/goroutines=1", "call_soon_threadsafe from 1 goroutine", postGoals},
	{"CallSoonThreadsafe/goroutines=8", "the same from 8", postGoals},
	{"CallSoonThreadsafe/goroutines=64", "the same from 64", postGoals},

	{"Parked/n=1000000/create", "1,000,000 tasks that wait: to create one", []goal{within(1.1, floor), onOneCore(1.6, floor)}},
	{"Parked/n=1000000/cancel", "to cancel one", []goal{within(1.1, floor), onOneCore(1.4, floor)}},
	{"Parked/n=1000000/bytes", "bytes of memory that one takes", []goal{within(1.1, floor)}},
	{"Parked/n=1000000/scanned-bytes", "of them, the garbage collector looks at", nil},
	{"Parked/n=10000/create", "10,000 tasks that wait: to create one", nil},
	{"Parked/n=10000/cancel", "to cancel one", nil},
	{"Parked/n=10000/bytes", "bytes of memory that one takes", nil},
	{"Parked/n=10000/scanned-bytes", "of them, the garbage collector looks at", nil},

	{"AsyncTree/none", "async_tree none, the whole tree", append(slices.Clone(treeGoals), onOneCore(1.2, "goroutine"))},
	{"AsyncTree/eager", "async_tree eager", treeGoals},
	{"AsyncTree/io", "async_tree io, with its sleep of 50 ms", treeGoals},
	{"AsyncTree/memoization", "async_tree memoization, with a sleep of 50 ms", treeGoals},
	{"AsyncTree/cpu_io_mixed", "async_tree cpu_io_mixed, with a sleep of 50 ms", treeGoals},

	{"Timeout", "enter and leave a timeout", scopeGoals},
	{"TaskGroup/n=10", "a task group of 10", scopeGoals},
	{"Shield", "shield of a task", scopeGoals},
	{"Wait/n=100", "wait for 100 tasks, with their creation", scopeGoals},
	{"AsCompleted/n=100", "as_completed of 100", scopeGoals},

	{"Lock/free", "acquire and release a free lock", []goal{onOneCore(1.5, "mutex")}},
	{"Lock/with", "the same around a function", nil},
	{"LockHandOver", "a lock handed to another task and back", nil},
	{"Semaphore/free", "acquire and release a semaphore", nil},
	{"Event/waiters=100", "an event that wakes 100 tasks", nil},
	{"Barrier/parties=10", "a round of a barrier of 10", nil},
	{"QueueAlone", "put and get by one task", nil},
	{"PriorityQueue/n=1000", "put and get, priority queue of 1,000", nil},

	{"Growth/tasks/n=100", "a task among 100", nil},
	{"Growth/tasks/n=10000", "among 10,000", []goal{onOneCore(4, floor)}},
	{"Growth/tasks/n=1000000", "among 1,000,000", nil},
	{"Growth/timers/n=100", "a timer among 100", nil},
	{"Growth/timers/n=10000", "among 10,000", nil},
	{"Growth/timers/n=1000000", "among 1,000,000", nil},
	{"Growth/futures/n=100", "a future among 100", nil},
	{"Growth/futures/n=10000", "among 10,000", nil},
	{"Growth/futures/n=1000000", "among 1,000,000", nil},
}

var (
	timerGoals = []goal{within(1.2, floor), ahead(1, "AfterFunc"), ahead(1, "node"), ahead(1, "uvloop")}
	postGoals  = []goal{within(1.2, "channel"), within(1.2, "mutex")}
	treeGoals  = []goal{ahead(20, "cpython"), ahead(10, "uvloop")}
	scopeGoals = []goal{ahead(10, "cpython")}
)

// rowsOf are the rows for which there is something of ours, in the order of the
// table; those that it does not know come last.
func rowsOf(r *results) []row {
	var of []row
	known := map[string]bool{}
	for _, row := range rows {
		known[row.name] = true
		if r.byRow[row.name][ours] != nil {
			of = append(of, row)
		}
	}
	for _, m := range r.all {
		if !known[m.Row] && m.Who == ours {
			known[m.Row] = true
			of = append(of, row{name: m.Row, work: m.Row})
		}
	}
	return of
}

// byTable orders benchmarks as the table has them.
func byTable(a, b string) int {
	place := func(group string) int {
		i := slices.IndexFunc(rows, func(r row) bool { return strings.HasPrefix(r.name+"/", group+"/") })
		if i < 0 {
			return len(rows)
		}
		return i
	}
	return place(a) - place(b)
}
