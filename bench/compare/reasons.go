package main

// whatPrograms do most, as they would say it: the rows that the document opens with.
var whatPrograms = map[string]string{
	"Yield/tasks=2000":                "the next of 2,000 tasks has its turn",
	"CreateTaskAwait":                 "create a task and await it",
	"Gather/n=100000":                 "gather 100,000 tasks, for each",
	"CallSoon/chain":                  "call a callback",
	"Timers/cancel/pending=1000":      "set a timer and take it back",
	"Timeout":                         "put a time limit around a block",
	"TaskGroup/n=10":                  "a group of 10 tasks",
	"Queue/size=1":                    "hand an item over through a queue of 1",
	"Queue/size=100":                  "through a queue of 100",
	"ToThread/calls=1":                "await a blocking function",
	"CallSoonThreadsafe/goroutines=8": "call from another goroutine",
	"Parked/n=10000/bytes":            "memory of one of 10,000 tasks that wait",
}

// inShort is what those figures come to. It is to be looked at after every run.
const inShort = `
- **From Python**, what the loop does takes a small part of the time. A task that waits takes less memory, unless far more
  wait at once than the 10,000 whose coroutines are kept.
- **From goroutines**, on one processor or on all, whichever is faster: tasks, timers and buffered queues gain. A switch
  among many tasks takes longer, and so does what hands one value over between two: asyncio's order needs a place in the
  line, a future, and two entries of the ready queue.
- **Tokio and Node** are ahead where tasks do little but begin, wait and end: theirs are state machines, and have no stack
  that has to be switched to, kept, and looked at by a garbage collector.
- A program of very many tasks gains from ` + "`GOGC=400`" + `: half of its time may be the garbage collector's.

[Every row](#at-a-glance) is below, and [how costs grow](#cost-as-work-grows), the [goals](#goals) and what keeps us from
those that are missed, [all measurements](#all-measurements), [echo servers](#echo), and
[durable programs](#durable-programs) by store.
`

// whyMissed says for a row what keeps us from its goal: what the profile shows, and what
// was tried. It is printed only where a goal is missed.
var whyMissed = map[string]string{
	"Yield/tasks=2000": `What a step does besides the switch takes 18 ns, as the lone task shows; the rest is memory. Of
  2,000 tasks nothing is in the first-level cache when its turn comes, and each has a line of its Task and one or two
  frames more on its stack than a bare coroutine. Those are as few as they could be made; that they are touched is what
  a task is. Tried: smaller frames, fewer stores, a shorter way into the ready queue: within the noise. The floor itself
  misses the goals against uvloop and CPython on this machine: its two switches take twice as long as where the goals
  were set, and CPython takes a sixth longer.`,
	"CreateTaskAwait": `The floor, two round trips to a coroutine, takes about as long as all of Tokio's work, which is
  compiled into a state machine and needs no switch. We take one round trip, an allocation of 208 bytes, and the garbage
  collection of that. With one core its worker comes late, as coroutines are switched to without Go's scheduler: write
  barriers are on for 1.5 of 3.5 ms, and a quarter of the time. Tried: a runtime.Gosched every 256 entries, for the worker:
  0.7 µs each, and a loop beside a busy goroutine would lose the processor to it.`,
	"Gather/n=100000": `Tasks that end at once cost no switch any more. What is left is memory: 305 bytes a task, which are
  written when it is made, and read when it runs, when gather hears of it, and when the results are collected; and the
  garbage collector, which marks the 30 MB of all tasks once each time: a quarter of the CPU time, and its write barriers
  as much again. A task has 16 words for it to look at, 4 of which point to the task itself. With GOGC=400
  it is 3.4 to 4.1 floors. Tried: larger and smaller rooms: no difference.`,
	"CallSoon/chain": `Within the noise of the goal, which is about what a quarter of a round trip takes.`,
	"CallSoon/batch=1000": `A callback is a handle that is used again, its context, a place in the ring and two indirect
  calls. uvloop's takes less time at once than one by one.`,
	"Timers/replace/pending=100000": `The timer that is canceled at random is not in the cache, and a handle, its context
  and its place in a slot are 96 bytes, where the floor has 16.`,
	"Timers/replace/pending=1000000": `As with 100,000: what is canceled is not in the cache.`,
	"Queue/size=1": `Each item suspends both tasks once, which is one round trip and as much again for a place in the
  line, a future and two entries of the ready queue: asyncio's order depends on all of them. A channel between two
  goroutines hands the value over directly.`,
	"ToThread/calls=1": `The pool's part is that of the floor. The rest is one round trip to the task, the job, which is one
  allocation, and the way through the inbox. Tried: to park on the task's own stack (a fifth less, for two more states of
  the loop).`,
	"ToThread/calls=16": `16 tasks are created and gathered, and each is suspended and resumed, before and after what the
  floor does; each has a context.Context. 16 calls without tasks meet the goal. Tokio's blocking threads are woken
  through the operating system, which is where our lead is from; with 16 at once it needs fewer wake-ups for each.`,
	"CallSoonThreadsafe/goroutines=1": `A mutex that nobody else wants is two atomic operations, and the floor's slice has
  no handles. Ours takes a call from a pool, swaps it in, and runs it in a context, so that it can be canceled: three
  atomic operations on lines that the other core has. Where goroutines contend, it was ahead of both on another machine.`,
	"CallSoonThreadsafe/goroutines=8": `How goroutines meet at a lock differs more from round to round than the goal is missed
  by, see the ±. On an Intel Xeon the same took 0.64 of the mutex's time.`,
	"CallSoonThreadsafe/goroutines=64": `As from 8; there it was 0.53.`,
	"Parked/n=1000000/create": `The floor is 6 allocations and 280 bytes of heap, ours 11 and 600: the task, the future that
  it waits for, the worker, and handles. With the garbage collector switched off we take a third longer than the floor;
  with it twice as long: it is there more often, and has some ten frames to look at in each stack, where the floor has
  five. There were three more. Tasks on workers that are there already are made in less than the floor's time, see 10,000.`,
	"Parked/n=1000000/cancel": `The cancellation goes through the future, its callbacks, the ready queue, an error and the
  task's end, and whoever waits for it is told; the floor's coroutines are stopped, and that is all.`,
	"Parked/n=1000000/bytes": `2,258 bytes are the coroutine and its stack. A Task is 208, the future that it waits for 64, and
  the coroutine's worker 130.`,
	"AsyncTree/none": `9,331 of 55,987 tasks are suspended at once, each with a stack that the garbage collector looks at:
  that, and its share of the allocations, is half of the time: with GOGC=400 we take two thirds, without garbage
  collection half. The rest is what Gather takes.`,
	"Lock/free":            `What is not the mutex is the check that the task which runs is the owner.`,
	"Growth/tasks/n=10000": `As with a gather of 100,000.`,
	"AsyncTree/eager": `A third are switches: an eager task may suspend, so that it needs a coroutine before it runs, and
  CPython's does not. The rest is what Gather takes, and the garbage collector.`,
	"AsyncTree/io": `50 ms are the sleep. 46,656 tasks are suspended at once: their coroutines are made for it, as 10,000
  are kept, see "1,000,000 tasks that wait".`,
	"AsyncTree/memoization":  `50 ms are the sleep, which leaves CPython's 20 times nothing to be measured in.`,
	"AsyncTree/cpu_io_mixed": `Most of it is 23,300 times 500!, in math/big here and in C there.`,
	"TaskGroup/n=10":         `Within the noise of the goal.`,
	"Wait/n=100":             `Within the noise of the goal.`,
	"AsCompleted/n=100":      `Within the noise of the goal.`,
}
