// Package model is what a loop looks like at each moment of a trace: the events alone say
// it, which tests prove by looking at the loop.
package model

import (
	"cmp"
	"slices"
	"time"

	"github.com/ouro-loop/ouro/trace"
)

// State is what a loop looks like at one moment of a trace. The zero State is a loop on
// which nothing has happened yet; Apply takes it from one event to the next.
type State struct {
	Time      time.Duration
	Iteration int
	Left      int              // entries of this iteration that have not begun
	Ready     []Entry          // the ready queue, the next one first
	Running   []Entry          // what runs, the innermost last: more than one while a task begins inside of another
	Tasks     map[uint32]*Task // by number
	Order     []uint32         // of creation of the tasks
	Timers    []Timer          // the earliest first
	Things    []Thing          // what tasks share, in the order in which it was first seen
	Waiting   bool             // nothing is ready: the loop waits,
	Until     time.Duration    // until then
	Closed    bool
}

// Entry is an entry of the ready queue.
type Entry struct {
	Number uint64
	What   trace.What
	Task   uint32 // whose step it is, zero for none
	Push   int    // the event that put it into the queue, -1 if that is not in the trace
	Run    int    // the event with which it began, -1 before
	Timer  int    // the event that set the timer which has put it into the queue, -1 for none
}

// Task is a task at one moment of a trace.
type Task struct {
	ID    uint32
	State TaskState
	Spawn int // the event of its creation, -1 if that is not in the trace
	Await int // the event with which its last wait began, -1 if it has not waited
	Steps int // that it has begun
	Asked int // cancel requests, as far as they were seen
	Ended int // the event of its end, -1 before
}

// TaskState says where a task is in its life.
type TaskState uint8

const (
	Ready    TaskState = iota + 1 // its next step is in the ready queue
	Running                       // its step runs, or has begun another task
	Waiting                       // for something that it awaits
	Finished                      // it has returned a result
	Failed                        // it has ended with an error
	Canceled                      // it has ended canceled
)

// Ended reports whether the task has ended.
func (s TaskState) Ended() bool { return s >= Finished }

// Timer is a timer that is set.
type Timer struct {
	ID   uint64
	When time.Duration
	Set  int // the event
}

// Thing is something that tasks share.
type Thing struct {
	ID   uint64
	Last int // the event that shows what it looks like now
}

// Apply takes s over e, the i-th event.
func (s *State) Apply(i int, e trace.Event) {
	if s.Closed { // and now another loop is recorded
		*s = State{Tasks: s.Tasks, Order: s.Order}
	}
	s.Time = e.Time
	switch e.Kind {
	case trace.Iterate:
		s.Iteration++
		s.Left = int(e.Arg)
		s.rest()
	case trace.Wait:
		s.rest()
		s.Waiting, s.Until = true, time.Duration(e.Arg)
	case trace.Push:
		s.push(i, e)
	case trace.Run:
		s.run(i, e)
	case trace.Spawn:
		s.spawn(i, e)
	case trace.Await:
		s.await(i, e)
	case trace.Done:
		s.done(i, e)
	case trace.Cancel:
		if task := s.Tasks[uint32(e.Object)]; task != nil {
			task.Asked++
		}
	case trace.Timer:
		s.setTimer(Timer{e.Object, time.Duration(e.Arg), i})
	case trace.Untimer:
		_ = s.dropTimer(e.Object)
	case trace.Hold:
		s.see(e.Object, i)
	case trace.Note:
		if e.What == trace.Closed {
			s.rest()
			s.Closed, s.Ready, s.Timers, s.Things = true, nil, nil, nil
		}
	}
}

// rest is the end of whatever ran.
func (s *State) rest() {
	s.Running = s.Running[:0:0]
	s.Waiting = false
}

func (s *State) push(i int, e trace.Event) {
	entry := Entry{Number: e.Entry, What: e.What, Task: uint32(e.Object), Push: i, Run: -1, Timer: -1}
	if e.Cause == trace.ByTimer {
		s.rest()
		entry.Timer = s.dropTimer(uint64(e.Arg))
	}
	s.Ready = append(s.Ready, entry)
	if task := s.Tasks[uint32(e.Object)]; e.What == trace.Step && task != nil {
		task.State = Ready
	}
}

func (s *State) run(i int, e trace.Event) {
	entry := Entry{Number: e.Entry, What: e.What, Task: e.Task, Push: -1, Run: i, Timer: -1}
	if e.What != trace.Eager {
		s.Running = s.Running[:0:0]
		s.Left--
		if taken, ok := s.take(e.Entry); ok {
			entry.Push, entry.Timer = taken.Push, taken.Timer
		}
	}
	s.Running = append(s.Running, entry)
	if task := s.Tasks[e.Task]; task != nil {
		task.State, task.Steps = Running, task.Steps+1
	}
}

// take takes an entry out of the ready queue: the next one, unless a test has them run out of
// turn.
func (s *State) take(number uint64) (taken Entry, ok bool) {
	at, ok := slices.BinarySearchFunc(s.Ready, number, func(e Entry, number uint64) int { return cmp.Compare(e.Number, number) })
	switch {
	case !ok:
		return Entry{}, false
	case at == 0:
		taken, s.Ready = s.Ready[0], s.Ready[1:]
	default:
		taken = s.Ready[at]
		s.Ready = slices.Concat(s.Ready[:at], s.Ready[at+1:]) // who has the queue of before keeps it
	}
	return taken, true
}

func (s *State) spawn(i int, e trace.Event) {
	id := uint32(e.Object)
	if s.Tasks == nil {
		s.Tasks = map[uint32]*Task{}
	}
	s.Tasks[id] = &Task{ID: id, State: Ready, Spawn: i, Await: -1, Ended: -1}
	s.Order = append(s.Order, id)
}

func (s *State) await(i int, e trace.Event) {
	task := s.Tasks[e.Task]
	if task == nil {
		return
	}
	task.Await, task.State = i, Waiting
	if e.What == trace.Yield {
		task.State = Ready // with the Push that follows
	}
	s.suspend(e.Task)
}

// suspend has the step of a task end, and what has begun it go on.
func (s *State) suspend(task uint32) {
	if last := len(s.Running) - 1; last >= 0 && s.Running[last].Task == task {
		s.Running = s.Running[:last:last]
	}
}

func (s *State) done(i int, e trace.Event) {
	task := s.Tasks[uint32(e.Object)]
	if task == nil {
		return
	}
	task.Ended = i
	switch e.What {
	case trace.Failed:
		task.State = Failed
	case trace.Canceled:
		task.State = Canceled
	default:
		task.State = Finished
	}
	s.suspend(task.ID)
}

func (s *State) setTimer(t Timer) {
	at, _ := slices.BinarySearchFunc(s.Timers, t, func(a, b Timer) int {
		return cmp.Or(cmp.Compare(a.When, b.When), cmp.Compare(a.ID, b.ID))
	})
	s.Timers = slices.Insert(s.Timers, at, t)
}

// dropTimer takes a timer out, and returns the event that has set it, -1 if it is not known.
func (s *State) dropTimer(id uint64) (set int) {
	at := slices.IndexFunc(s.Timers, func(t Timer) bool { return t.ID == id })
	if at < 0 {
		return -1
	}
	set = s.Timers[at].Set
	s.Timers = slices.Delete(s.Timers, at, at+1)
	return set
}

func (s *State) see(id uint64, i int) {
	for at := range s.Things {
		if s.Things[at].ID == id {
			s.Things[at].Last = i
			return
		}
	}
	s.Things = append(s.Things, Thing{id, i})
}
