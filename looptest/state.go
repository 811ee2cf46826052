package looptest

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/internal/events"
	"github.com/ouro-loop/ouro/trace"
)

// State makes an exploration shorter: schedules that come to a state in which another one has been
// are not followed any further. Digest is a number for everything that tasks share and change, see
// [Digest]: variables, and the locks, queues and futures that are looked at without being waited
// for. It is called before each step, and at choices.
//
// What is in the variables of a task need not be in it: a task is where it is by what has happened
// to it, by the time, by its choices, and by what it has seen of what is shared, of all of which a
// history is kept.
//
// Whether the digest has everything is checked as far as that goes: two schedules that come to one
// state must go on alike, and the test fails if they do not; and of those that would not be
// followed some are. A digest that lacks something can hide a bug all the same.
//
// It is to be called once, before anything is shared.
func (t *T) State(digest func() uint64) {
	if digest == nil {
		panic("looptest: State of a nil function")
	}
	r := t.run()
	if r.histories != nil {
		panic("looptest: State a second time; one digest is for everything that is shared")
	}
	if r.x.options.hostile || r.x.record != nil {
		return // what is left of an iteration is no part of a state, nor is what is left of a record
	}
	if r.recorder == nil {
		r.recorder = trace.New(trace.Last(enoughForAStep))
		r.loop.SetRecorder(r.recorder)
	}
	r.histories = newHistories((*events.Recorder)(r.recorder), digest)
	if r.x.options.slow {
		r.histories.clock = r.scheduler().Loop().(interface {
			ClockState(numbers []uint64) uint64
		}).ClockState
	}
	r.watchSteps()
}

// enoughForAStep is how many events are kept, from one step to the next.
const enoughForAStep = 4096

// Digest is a number for values: equal ones have the same. What package trace knows as something
// that tasks share, as locks and queues, is what is in it, and who has it or waits for it.
func Digest(values ...any) uint64 {
	h := uint64(len(values))
	for _, v := range values {
		if t, ok := v.(trace.Thing); ok {
			v = t.State()
		}
		for _, b := range []byte(fmt.Sprintf("%+v\x00", v)) {
			h = events.Mix(h, uint64(b))
		}
	}
	return h
}

// histories are what has happened to each task, as numbers. They do not depend on how entries,
// tasks and timers are numbered, which is another way in each order, but on what has caused them:
// the n-th effect of a step.
type histories struct {
	recorder *events.Recorder
	read     uint64 // events
	digest   func() uint64

	// clock, if it is not nil, is a number for what is known of the clock by which timers with
	// these numbers were set: then the order in which they were set counts.
	clock   func(numbers []uint64) uint64
	numbers []uint64 // to be used again

	before  uint64 // the digest before the step that runs, or the next one
	step    uint64 // that runs
	current uint32 // whose it is, zero for a callback
	effects uint64 // of it, so far
	ended   uint64 // the sum of the tasks that have ended

	tasks  []uint64 // by serial
	queue  []uint64 // the ready queue
	timers []pendingTimer
	lost   bool // something is not known
}

type pendingTimer struct {
	id    uint64
	cause uint64
	when  time.Duration
}

func newHistories(r *events.Recorder, digest func() uint64) *histories {
	h := &histories{recorder: r, digest: digest}
	h.before = digest()
	h.step = 1
	h.catchUp()
	return h
}

// stepped is called between two steps.
func (h *histories) stepped() {
	h.catchUp()
	h.before = h.digest()
}

// chose notes what a step has chosen, or said.
func (h *histories) chose(v uint64) {
	h.catchUp()
	h.step = events.Mix(h.effect(), v)
	if h.current > 0 {
		*h.task(h.current) = h.step
	}
}

// effect is the number of the next effect of the step.
func (h *histories) effect() uint64 {
	h.effects++
	return events.Mix(h.step, h.effects)
}

// catchUp takes in what has happened.
func (h *histories) catchUp() {
	next, ok := h.recorder.Since(h.read, h.take)
	h.read = next
	h.lost = h.lost || !ok
}

func (h *histories) take(e *events.Event) {
	switch e.Kind {
	case events.Run:
		if e.What != events.Eager {
			h.run(e)
		}
	case events.Push:
		h.push(e)
	case events.Spawn:
		*h.task(uint32(e.Object)) = h.effect()
	case events.Cancel:
		if e.Object > 0 {
			t := h.task(uint32(e.Object))
			*t = events.Mix(*t, h.effect())
		}
	case events.Done:
		if e.Object > 0 {
			h.ended += events.Mix(h.effect(), uint64(e.What)) // which others may look at
		}
	case events.Timer:
		h.timers = append(h.timers, pendingTimer{e.Object, h.effect(), time.Duration(e.Arg)})
	case events.Untimer:
		h.untimer(e.Object)
	}
}

func (h *histories) run(e *events.Event) {
	if len(h.queue) == 0 {
		h.lost = true
		return
	}
	cause := h.queue[0]
	h.queue = h.queue[1:]
	step := events.Mix(events.Mix(cause, uint64(e.Time)), h.before+h.ended)
	if e.Task > 0 {
		t := h.task(e.Task)
		*t = events.Mix(*t, step)
		step = *t
	}
	h.step, h.current, h.effects = step, e.Task, 0
}

func (h *histories) push(e *events.Event) {
	switch e.Cause {
	case events.ByTimer:
		h.queue = append(h.queue, events.Mix(h.untimer(uint64(e.Arg)), 1))
	case events.Outside:
		h.lost = true
	default:
		h.queue = append(h.queue, h.effect())
	}
}

// causeOf is what has set the i-th timer of those with these numbers, and 1 behind the last.
func (h *histories) causeOf(numbers []uint64, i int) uint64 {
	if i < len(numbers) {
		for _, t := range h.timers {
			if t.id == numbers[i] {
				return t.cause
			}
		}
	}
	return 1
}

// untimer takes a timer out, and returns its cause.
func (h *histories) untimer(id uint64) (cause uint64) {
	for i, t := range h.timers {
		if t.id == id {
			h.timers = append(h.timers[:i], h.timers[i+1:]...)
			return t.cause
		}
	}
	h.lost = true
	return 0
}

func (h *histories) task(serial uint32) *uint64 {
	for uint32(len(h.tasks)) <= serial {
		h.tasks = append(h.tasks, 0)
	}
	return &h.tasks[serial]
}

// state is a number for the state at this moment, 0 if it is not known.
// Inside says that a step is in the middle of what it does.
func (h *histories) state(now time.Duration, inside bool) uint64 {
	h.catchUp()
	if h.lost {
		return 0
	}
	s := events.Mix(h.digest(), uint64(now))
	if inside {
		s = events.Mix(s, h.step+h.effects)
	}
	sum := h.ended
	for _, t := range h.tasks {
		sum += events.Mix(t, 2)
	}
	s = events.Mix(s, sum)
	for _, cause := range h.queue {
		s = events.Mix(s, cause)
	}
	return max(1, events.Mix(s, h.pending()))
}

// pending is a number for the timers that are set.
func (h *histories) pending() (sum uint64) {
	if h.clock != nil {
		return h.pendingInOrder()
	}
	for _, t := range h.timers {
		sum += events.Mix(events.Mix(t.cause, uint64(t.when)), 3)
	}
	return sum
}

// pendingInOrder is pending where it counts in which order they were set, and what is known of the
// clock between: that settles which of them may come too late.
func (h *histories) pendingInOrder() uint64 {
	h.numbers = h.numbers[:0]
	sum := uint64(3)
	for _, t := range h.timers {
		sum = events.Mix(events.Mix(sum, t.cause), uint64(t.when))
		h.numbers = append(h.numbers, t.id)
	}
	return events.Mix(sum, h.clock(h.numbers))
}
