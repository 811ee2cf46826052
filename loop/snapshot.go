package loop

import (
	"fmt"
	"slices"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/waits"
)

// A Snapshot is what [Inspect] has seen of a loop at one moment. It is a value: nothing
// changes it any more, and it keeps nothing of the loop alive. Its WritePS and WritePSTree
// are text for people; as JSON its times are in nanoseconds.
type Snapshot struct {
	Time    time.Duration `json:"time"` // the loop's
	Virtual bool          `json:"virtual"`
	Running bool          `json:"running"` // in a run; false between two of them
	Ready   int           `json:"ready"`   // entries in the ready queue: steps of tasks, and callbacks
	Timers  int           `json:"timers"`  // that are set
	Outside []OutsideInfo `json:"outside,omitempty"`
	Tasks   []TaskInfo    `json:"tasks"` // those that have not ended, in order of creation

	// Recorded says that the loop has a recorder: Since and CanceledBy are known of the tasks to
	// which that happened within the events that it keeps, of the last 65,536 at most.
	Recorded bool `json:"recorded,omitempty"`

	// Circles are tasks of which each waits for the next, and the last for the first: nothing
	// but a cancellation will end that. Of many ten are told, and MoreCircles says how many
	// more were found.
	Circles     []CircleInfo `json:"circles,omitempty"`
	MoreCircles int          `json:"more_circles,omitempty"`

	// Cut says that there is more to see of who waits for whom than was looked at.
	Cut bool `json:"cut,omitempty"`
}

// OutsideInfo is work that is out, see [Loop.Outside], by kind: "thread", "goroutine",
// "channel", "future", "connection" and "hold".
type OutsideInfo struct {
	Kind string `json:"kind"`
	N    int    `json:"n"`
}

// CircleInfo are the tasks of a circle, of a large one the first twenty, and how many more
// there are.
type CircleInfo struct {
	Tasks []uint32 `json:"tasks"`
	More  int      `json:"more,omitempty"`
}

// TaskState is what a task does.
type TaskState string

const (
	TaskNotBegun TaskState = "not begun" // from its creation to its first step
	TaskReady    TaskState = "ready"     // it has its turn when those before it in the ready queue have had theirs
	TaskRunning  TaskState = "running"   // it has taken the snapshot, or is creating the task that has
	TaskWaiting  TaskState = "waiting"   // for what On says
)

// TaskInfo is one task in a [Snapshot].
type TaskInfo struct {
	ID    uint32    `json:"id"` // which of the loop's tasks it is, in order of creation, from 1 on
	Name  string    `json:"name"`
	Func  string    `json:"func"` // what it runs: main.fetch
	State TaskState `json:"state"`

	// Since is the loop's time at which it came to this state, nil if no recorder knows.
	Since *time.Duration `json:"since,omitempty"`

	// Place is the place in the ready queue, from 1 on, of a task that is ready or has yet to
	// begin; 0 for others.
	Place int `json:"place,omitempty"`

	// On is what it waits for, nil unless it waits.
	On *WaitInfo `json:"on,omitempty"`

	// Holders are those who could end the wait, as far as that is known: the task, or the
	// members of the group, that are awaited, or who holds the lock. The nearest come first,
	// and of many no more than [MaxHolders], with MoreHolders for the rest.
	Holders     []HolderInfo `json:"holders,omitempty"`
	MoreHolders int          `json:"more_holders,omitempty"`

	// AwaitedBy are the tasks that wait for this one to end, directly or by way of a gather, a
	// wait, a shield or a group, no more than [MaxHolders]. Who waits for a lock that it holds
	// is none of them.
	AwaitedBy     []uint32 `json:"awaited_by,omitempty"`
	MoreAwaitedBy int      `json:"more_awaited_by,omitempty"`

	// AwaitedFrom says who outside of the loop waits for it: "run" for a main task, "Submit"
	// for one of that.
	AwaitedFrom string `json:"awaited_from,omitempty"`

	// Timeouts are the loop's times at which the time limits of the blocks end that the task is
	// in (coro.Timeout, coro.WaitFor), the next one first. One that has passed is not among them.
	Timeouts []time.Duration `json:"timeouts,omitempty"`

	Canceling     int  `json:"canceling,omitempty"`      // requests to cancel that were not taken back
	CancelPending bool `json:"cancel_pending,omitempty"` // one was not delivered yet

	// CanceledBy are those requests, as far as a recorder knows them, the last one last.
	CanceledBy []CancelInfo `json:"canceled_by,omitempty"`

	Created string `json:"created,omitempty"` // the line that created it, in debug mode

	// Stack is where it stands, the innermost call first, if that was asked for, see [Stacks].
	Stack []StackLine `json:"stack,omitempty"`
}

// MaxHolders is how many tasks are named that hold what one task waits for.
const MaxHolders = 100

// HolderInfo is who holds what a task waits for.
type HolderInfo struct {
	ID    uint32 `json:"id"`
	Name  string `json:"name"`
	Ended bool   `json:"ended,omitempty"` // without having released it
}

// String names the task, as reports do.
func (h HolderInfo) String() string {
	switch {
	case h.ID == 0:
		return h.Name
	case h.Ended:
		return fmt.Sprintf("task %q (which has ended)", h.Name)
	}
	return fmt.Sprintf("task %q", h.Name)
}

// WaitInfo is what a task waits for.
type WaitInfo struct {
	// Kind is the same for all waits of the kind: "sleep", "task", "gather", "wait", "as
	// completed", "task group", "shield", "lock", "semaphore", "event", "condition",
	// "barrier", "queue get", "queue put", "queue join", "thread", "goroutine", "channel",
	// "executor future", "wait for" for what was canceled at the end of a WaitFor of no time,
	// "future"; for a role of the program's the name of its type.
	Kind string `json:"kind"`
	Name string `json:"name,omitempty"` // of the primitive or task
	Text string `json:"text"`           // what Describe says of it: lock "db"

	Until time.Duration `json:"until,omitempty"` // the loop's time at which it ends by itself; 0 for never
	Left  time.Duration `json:"left,omitempty"`  // how long that takes

	// Place is the place in the line of those who wait, from 1 on, and Of how many they are;
	// 0 where there is no line. One that was woken and has yet to run is in line still.
	Place int `json:"place,omitempty"`
	Of    int `json:"of,omitempty"`
}

// StackLine is one call in a stack.
type StackLine struct {
	Func string `json:"func"`
	File string `json:"file"`
	Line int    `json:"line"`
}

// String is the function and its line, as coro.Frame has it.
func (s StackLine) String() string { return fmt.Sprintf("%s (%s:%d)", s.Func, s.File, s.Line) }

// Task is the task with that ID, nil if there is none.
func (s *Snapshot) Task(id uint32) *TaskInfo {
	i, ok := slices.BinarySearchFunc(s.Tasks, id, func(t TaskInfo, id uint32) int { return int(int64(t.ID) - int64(id)) })
	if !ok {
		return nil
	}
	return &s.Tasks[i]
}

var (
	taskStates = [...]TaskState{taskReady: TaskReady, taskNotBegun: TaskNotBegun, taskRunning: TaskRunning, taskWaiting: TaskWaiting}
	outsiders  = [...]string{nobody: "", theRun: "run", aSubmit: "Submit"}
)

// snapshot makes a value of v, with up to so many stacks, on any goroutine.
func (v *view) snapshot(stacks int) *Snapshot {
	s := &Snapshot{
		Time: v.time, Virtual: v.virtual, Running: v.running, Ready: v.ready, Timers: v.timers,
		Outside: slices.Clone(v.outside),
		Tasks:   make([]TaskInfo, len(v.tasks)),
		Cut:     v.cut,
	}
	g := newWaitGraph(v)
	known := map[uintptr]coro.Frame{}
	for i := range v.tasks {
		t := &v.tasks[i]
		info := &s.Tasks[i]
		*info = TaskInfo{
			ID: t.serial, Name: t.name(), Func: t.body.Function(),
			State: taskStates[t.state], AwaitedFrom: outsiders[t.from],
			Canceling: int(t.cancels), CancelPending: t.cancelPending,
		}
		if v.debug {
			info.Created = v.created[i]
		}
		if t.waitsFor != nowhere {
			on := v.waitInfo(t)
			info.On = &on
			info.Holders, info.MoreHolders = g.held(t.waitsFor)
		}
		info.AwaitedBy, info.MoreAwaitedBy = g.awaitedBy(i, MaxHolders)
		if i < len(v.counters) && i < stacks {
			info.Stack = stackLines(t.body.Frames(v.counters[i], known))
		}
	}
	v.addPlaces(s)
	for _, l := range v.limits {
		if t := s.Task(l.task); t != nil {
			t.Timeouts = append(t.Timeouts, l.when)
		}
	}
	for i := range s.Tasks {
		slices.Sort(s.Tasks[i].Timeouts)
	}
	s.addCircles(g)
	v.history.tell(s)
	return s
}

func (s *Snapshot) addCircles(g *waitGraph) {
	var circles []circle
	circles, s.MoreCircles = g.circles()
	for _, c := range circles {
		info := CircleInfo{More: c.more}
		for _, i := range c.tasks {
			info.Tasks = append(info.Tasks, s.Tasks[i].ID)
		}
		s.Circles = append(s.Circles, info)
	}
}

// addPlaces tells the tasks their places in the ready queue and in other lines.
func (v *view) addPlaces(s *Snapshot) {
	for i, serial := range v.queue {
		if t := s.Task(serial); t != nil && t.Place == 0 {
			t.Place = i + 1
		}
	}
	from := 0
	for _, to := range v.lineEnds {
		line := v.lines[from:to]
		for i, serial := range line {
			if t := s.Task(serial); t != nil && t.On != nil {
				t.On.Place, t.On.Of = i+1, len(line)
			}
		}
		from = to
	}
}

func (v *view) waitInfo(t *taskView) WaitInfo {
	var i waits.Info
	switch r := t.waitsFor; {
	case r == aSleep:
		i = waits.Sleep(t.until)
	case r == aFuture:
		i = waits.Info{Kind: "future", Text: "a future"}
	case r.isTask():
		i = waits.Info{Kind: "task", Name: v.taskName(r)}
	default:
		i = v.things[r.thing()].info
	}
	w := WaitInfo{Kind: i.Kind, Name: i.Name, Text: i.String(), Until: i.Until}
	if i.Until != 0 {
		w.Left = max(0, i.Until-v.time)
	}
	return w
}

// held are the holders of what r is. What several wait for is looked at once.
func (g *waitGraph) held(r ref) ([]HolderInfo, int) {
	h, ok := g.known[r]
	if !ok {
		found, more := g.holders(r, MaxHolders)
		h = heldInfo{g.holderInfos(found), more}
		if r.isThing() {
			g.known[r] = h
		}
	}
	return slices.Clone(h.by), h.more
}

type heldInfo struct {
	by   []HolderInfo
	more int
}

func (v *view) holderInfos(refs []ref) (infos []HolderInfo) {
	for _, r := range refs {
		h := HolderInfo{}
		if r.isEnded() {
			ended := v.ended[r.ended()]
			h.ID, h.Name, h.Ended = ended.serial, ended.name, true
		} else {
			h.ID, h.Name = r.task(), v.taskName(r)
		}
		infos = append(infos, h)
	}
	return infos
}

func stackLines(frames []coro.Frame) (lines []StackLine) {
	for _, f := range frames {
		lines = append(lines, StackLine{f.Function, f.File, f.Line})
	}
	return lines
}
