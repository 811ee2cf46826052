package loop

import (
	"slices"
	"time"

	"github.com/ouro-loop/ouro/internal/events"
	"github.com/ouro-loop/ouro/internal/unretrieved"
)

// maxHistory is how many of the recorded events a Snapshot goes through: of a recorder that keeps
// all there may be very many.
const maxHistory = 1 << 16

// A history is what a recorder knows of the tasks that are seen.
type history struct {
	events  []events.Event
	details map[int]events.Detail
}

func (l *Loop) history() (h history) {
	if r := l.sched.Events; r != nil {
		h.events, h.details = r.Tail(maxHistory)
	}
	return h
}

// A CancelInfo is one request to cancel a task.
type CancelInfo struct {
	Time time.Duration `json:"time"` // the loop's

	// How it came to be: "call" if the task By called Cancel, "timeout" if a time limit has ended
	// that the task is in, "end" if the task By has ended, and so shut its group down, and
	// "callback" for all others, as a signal handler, or what another goroutine has posted.
	How string `json:"how"`

	By     uint32 `json:"by,omitempty"`      // the task, 0 for none
	ByName string `json:"by_name,omitempty"` // its name

	// Via are the tasks that passed the request on, since they wait for this one: the first was
	// asked itself. In place of a gather or the like, which is no task, there is a 0. Of many it
	// has the first hundred, and MoreVia says how many more there were.
	Via     []uint32 `json:"via,omitempty"`
	MoreVia int      `json:"more_via,omitempty"`
}

const maxVia = 100

// tell tells the tasks of s since when they are in their state, and who has canceled them.
func (h *history) tell(s *Snapshot) {
	s.Recorded = h.events != nil
	if !s.Recorded {
		return
	}
	t := teller{
		history: h,
		names:   map[uint32]string{},
		since:   map[uint32]moments{},
		cancels: map[uint32][]CancelInfo{},
		pushed:  map[uint64]int{},
	}
	for i := range h.events {
		t.take(i)
	}
	for i := range s.Tasks {
		t.tell(&s.Tasks[i], s)
	}
}

// A teller goes through a history.
type teller struct {
	*history
	names   map[uint32]string // of the tasks whose creation was recorded
	since   map[uint32]moments
	cancels map[uint32][]CancelInfo
	pushed  map[uint64]int // the event that has put an entry into the ready queue
	ended   int            // the event of the future that was done last
	ends    map[int]int    // which one that was, at the push of an entry
	running int            // the event with which what runs began
	way     []uint32       // of the request to cancel that is on its way
}

// moments are when something has happened to a task last.
type moments struct {
	ready, runs, waits       time.Duration
	wasReady, hasRun, waited bool

	existed bool // before it was recorded, and has not run since: it has waited for longer
}

func (t *teller) take(i int) {
	switch e := &t.events[i]; e.Kind {
	case events.Spawn:
		t.names[uint32(e.Object)] = t.nameOf(i)
		if e.What == events.Existed {
			t.since[uint32(e.Object)] = moments{existed: true}
		}
	case events.Push:
		t.pushed[e.Entry] = i
		if e.Cause == events.ByDone {
			if t.ends == nil {
				t.ends = map[int]int{}
			}
			t.ends[i] = t.ended
		}
		if e.What == events.Step && e.Cause != events.Before {
			m := t.since[uint32(e.Object)]
			m.ready, m.wasReady = e.Time, true
			t.since[uint32(e.Object)] = m
		}
	case events.Run:
		t.running = i
		if e.Task > 0 {
			m := t.since[e.Task]
			m.runs, m.hasRun, m.existed = e.Time, true, false
			t.since[e.Task] = m
		}
	case events.Await:
		m := t.since[e.Task]
		m.waits, m.waited = e.Time, !m.existed
		t.since[e.Task] = m
	case events.Done:
		t.ended = i
	case events.Cancel:
		t.canceled(e)
	}
}

func (t *teller) nameOf(spawn int) string {
	e := &t.events[spawn]
	if name := t.details[spawn].Name; name != "" {
		return name
	}
	if e.Arg > 0 {
		return unretrieved.Origin{Number: int32(e.Arg)}.Name()
	}
	return ""
}

// canceled notes a request for a task, or for a future on its way to one.
func (t *teller) canceled(e *events.Event) {
	depth := int(e.Arg)
	if depth > len(t.way) {
		return // it began before what is kept
	}
	t.way = append(t.way[:depth], uint32(e.Object))
	if e.Object == 0 {
		return
	}
	c := t.cause(e)
	c.Time, c.Via = e.Time, append(c.Via, t.way[:min(depth, maxVia)]...)
	c.MoreVia = depth - len(c.Via)
	t.cancels[uint32(e.Object)] = append(t.cancels[uint32(e.Object)], c)
}

// cause is who has called Cancel.
func (t *teller) cause(e *events.Event) CancelInfo {
	if e.Task > 0 {
		return CancelInfo{How: "call", By: e.Task}
	}
	run := &t.events[t.running]
	push, known := t.pushed[run.Entry]
	if run.Kind != events.Run || run.What != events.Internal || !known {
		return CancelInfo{How: "callback"}
	}
	switch t.events[push].Cause {
	case events.ByTimer:
		return CancelInfo{How: "timeout"}
	case events.ByDone:
		if ended, ok := t.ends[push]; ok {
			if by := uint32(t.events[ended].Object); by > 0 {
				return CancelInfo{How: "end", By: by}
			}
		}
	}
	return CancelInfo{How: "callback"}
}

// tell tells a task what is known of it.
func (t *teller) tell(info *TaskInfo, s *Snapshot) {
	m := t.since[info.ID]
	if at, known := m.of(info.State); known {
		info.Since = &at
	}
	requests := notTakenBack(t.cancels[info.ID], info.Canceling)
	for i := range requests {
		c := &requests[i]
		c.ByName = t.names[c.By]
		if by := s.Task(c.By); by != nil {
			c.ByName = by.Name
		}
	}
	info.CanceledBy = requests
}

// notTakenBack are the n requests that were not, as far as can be told: a block with a time limit takes
// its own back when it ends; of others it is the first that was.
func notTakenBack(requests []CancelInfo, n int) []CancelInfo {
	for i := len(requests) - 1; i >= 0 && len(requests) > n; i-- {
		if requests[i].How == "timeout" {
			requests = slices.Delete(requests, i, i+1)
		}
	}
	return requests[max(0, len(requests)-n):]
}

// of is when a task has come to the state that it is in.
func (m *moments) of(state TaskState) (at time.Duration, known bool) {
	switch state {
	case TaskWaiting:
		return m.waits, m.waited
	case TaskRunning:
		return m.runs, m.hasRun
	}
	return m.ready, m.wasReady
}
