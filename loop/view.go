package loop

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/internal/unretrieved"
	"github.com/ouro-loop/ouro/internal/waits"
	"github.com/ouro-loop/ouro/timers"
)

// A view is what there is to see of a loop at one moment, copied on its goroutine while it
// stands still: so no text is made here that can be made later, from the copy, by who wants
// it. A Snapshot and the report of a deadlock are made of one.
type view struct {
	time             time.Duration
	virtual, running bool
	debug            bool // created is known
	ready, timers    int
	outside          []OutsideInfo

	tasks    []taskView    // in order of creation, which is that of their serials
	things   []thing       // what they wait for that is no task, and what is behind that
	ended    []endedTask   // that hold something all the same
	queue    []uint32      // the ready queue: the serials of tasks, 0 for other entries
	lines    []uint32      // the tasks in one line after the other,
	lineEnds []int         // which end there
	limits   []limitView   // of blocks that are within their time
	created  []string      // the lines that created the tasks, in debug mode
	counters [][][]uintptr // the stacks of the first tasks
	cut      bool          // there are more edges than were noted
	history  history       // what a recorder knows

	// While it looks:

	onThread bool        // the goroutine is locked to its OS thread
	inside   bool        // what the program was asked for another view looks itself
	left     int         // edges that may still be noted
	foreign  []int       // things that only the program's own code can tell of
	shared   map[any]ref // things that several may wait for, by role
	last     future.Role // the one that was met last,
	lastRef  ref         // and its thing
}

// A taskView is a task that has not ended. It is small: of very many tasks the memory is what
// takes the time.
type taskView struct {
	body          pending
	given         string        // the name that it was given
	waitsFor      ref           // nowhere unless it waits
	until         time.Duration // of aSleep
	serial        uint32
	number        int32
	cancels       int32
	cancelPending bool
	state         taskState
	from          outsider
}

type taskState uint8

const (
	taskReady taskState = iota
	taskNotBegun
	taskRunning
	taskWaiting
)

// An outsider is who waits for a task from outside of the loop.
type outsider uint8

const (
	nobody outsider = iota
	theRun
	aSubmit
)

func (t *taskView) name() string {
	return unretrieved.Origin{Task: t.given, Number: t.number}.Name()
}

type endedTask struct {
	serial uint32
	name   string
}

type limitView struct {
	task uint32
	when time.Duration
}

// A thing is what stands behind a future that is no task's, by the role of that: many who
// wait for one lock, or for one gather, wait for the same thing.
type thing struct {
	role    future.Role // nil once it was looked at
	info    waits.Info
	awaits  bool // who waits for it waits for the end of what it leads to
	through bool // it leads to futures, as a gather does, rather than to who holds it
	to      []ref
}

// A ref is what an edge of the graph leads to: a task by its serial, a thing by its index,
// or an ended task.
type ref int64

const (
	nowhere  ref = 0
	aFuture  ref = math.MinInt64     // of which nobody knows who could end it
	aSleep   ref = math.MinInt64 + 1 // which ends by itself
	refEnded ref = 1 << 40           // the first of those of ended tasks
)

func thingRef(i int) ref    { return ^ref(i) }
func (r ref) isTask() bool  { return r > nowhere && r < refEnded }
func (r ref) isEnded() bool { return r >= refEnded }
func (r ref) isThing() bool { return r < nowhere && r > aSleep }
func (r ref) task() uint32  { return uint32(r) }
func (r ref) thing() int    { return int(^r) }
func (r ref) ended() int    { return int(r - refEnded) }

// maxEdges is how many edges are noted at most.
const maxEdges = 1_000_000

// pending is a task that has not ended, as the loop's reports look at it.
type pending interface {
	Task() coro.AnyTask
	Serial() uint32
	Given() string
	Number() int32
	Awaited() *future.Core // nil if the task is scheduled
	Cancels() (n int, pending bool)
	Created() string
	InLine(line any, serials []uint32) []uint32
	Counters() [][]uintptr
	Quiet() bool // created with coro.Quiet
	Stack(all *frames.Goroutines) []coro.Frame

	// These may be called on any goroutine.

	Function() string
	Frames(counters [][]uintptr, known map[uintptr]coro.Frame) []coro.Frame
}

func pendingTask(c *sched.Coroutine) pending { return c.Body().(pending) }

// lookAll is look, and what a recorder knows.
func (l *Loop) lookAll(stacks int) *view {
	v := l.look(stacks)
	v.history = l.history()
	return v
}

// look looks at the loop, on its goroutine, and at the stacks of up to so many tasks. A
// Describe or Holders that it calls may look, too, and is not asked then.
func (l *Loop) look(stacks int) *view {
	inside := l.looking
	l.looking = true
	defer func() { l.looking = inside }()
	v := &view{
		time:     l.quietTime(),
		virtual:  l.clock.virtual,
		debug:    l.sched.Debug,
		running:  l.isRunning.Load(),
		ready:    l.sched.Ready(),
		timers:   l.timers.Len(),
		outside:  l.outside.kinds(),
		tasks:    make([]taskView, 0, l.sched.Count()),
		left:     maxEdges,
		onThread: l.sched.OnThread(),
		inside:   inside,
	}
	if stacks > 0 && (v.running || l.sched.MayAsk()) {
		v.counters = make([][][]uintptr, 0, min(stacks, l.sched.Count()))
	}
	l.sched.All(v.addTask)
	v.addQueue(l)
	v.addLimits(l)
	v.follow()
	return v
}

func (v *view) addTask(c *sched.Coroutine) {
	p := pendingTask(c)
	v.tasks = append(v.tasks, taskView{body: p, serial: p.Serial(), number: p.Number(), given: p.Given()})
	t := &v.tasks[len(v.tasks)-1]
	cancels, cancelPending := p.Cancels()
	t.cancels, t.cancelPending = int32(cancels), cancelPending
	t.from = awaitedFrom(p.Task().Core())
	switch on := p.Awaited(); {
	case c.Runs():
		t.state = taskRunning
	case !c.Begun():
		t.state = taskNotBegun
	case on == nil:
	case on.Done():
		v.addLineOf(t, on.Role())
	default:
		t.state = taskWaiting
		v.addWait(t, on)
	}
	if v.debug {
		v.created = append(v.created, p.Created())
	}
	if len(v.counters) < cap(v.counters) {
		v.counters = append(v.counters, p.Counters())
	}
}

// addWait notes what t waits for.
func (v *view) addWait(t *taskView, on *future.Core) {
	if sleeper, ok := on.Role().(waits.Sleeper); ok {
		t.waitsFor, t.until = aSleep, sleeper.SleepsUntil()
		return
	}
	t.waitsFor = v.ref(on)
	if t.waitsFor.isThing() {
		v.addLine(t, v.things[t.waitsFor.thing()].info.Line)
	}
}

// awaitedFrom is who outside of the loop waits for a task.
func awaitedFrom(c *future.Core) (from outsider) {
	left := 8 // of who waits for it, the latest; those from outside come first, as a rule
	c.Links(func(link *future.Link) bool {
		switch link.Runnable().(type) {
		case *stopper:
			from = theRun
		case interface{ submits() }:
			from = aSubmit
		}
		left--
		return from == nobody && left > 0
	})
	return from
}

// addLineOf notes the line of a task that was woken, and has yet to run.
func (v *view) addLineOf(t *taskView, role future.Role) {
	if teller, ok := role.(waits.Teller); ok {
		v.addLine(t, teller.Wait().Line)
	}
}

// addLine notes the line that t is the first of, if it is.
func (v *view) addLine(t *taskView, line any) {
	if line == nil {
		return
	}
	before := len(v.lines)
	if v.lines = t.body.InLine(line, v.lines); len(v.lines) > before {
		v.lineEnds = append(v.lineEnds, len(v.lines))
	}
}

// addQueue notes the ready queue, and the time limits that have been reached just now.
func (v *view) addQueue(l *Loop) {
	v.queue = make([]uint32, 0, v.ready)
	l.sched.EachReady(func(e sched.Entry) {
		serial := uint32(0)
		switch e := e.(type) {
		case *sched.Coroutine:
			p := pendingTask(e)
			serial = p.Serial()
			if on := p.Awaited(); on != nil && !on.Done() {
				v.isReady(serial)
			}
		default:
			v.addLimit(e)
		}
		v.queue = append(v.queue, serial)
	})
}

// isReady takes back that a task waits: a cancellation has taken it out of a circle.
func (v *view) isReady(serial uint32) {
	if i, ok := v.index(serial); ok {
		v.tasks[i].state, v.tasks[i].waitsFor = taskReady, nowhere
	}
}

func (v *view) addLimits(l *Loop) {
	l.timers.Each(func(t *timers.Timer) { v.addLimit(t.Run) })
}

func (v *view) addLimit(e sched.Entry) {
	if d, ok := e.(interface {
		Timeout() (task uint32, when time.Duration)
	}); ok {
		if task, when := d.Timeout(); task > 0 {
			v.limits = append(v.limits, limitView{task, when})
		}
	}
}

// aTask is the role of a task's future. No role of a program's has these methods.
type aTask interface {
	Serial() uint32
	Origin() unretrieved.Origin
}

// ref is what stands behind c.
func (v *view) ref(c *future.Core) ref {
	switch role := c.Role().(type) {
	case nil:
		return aFuture
	case aTask:
		return ref(role.Serial())
	default:
		return v.thingOf(role)
	}
}

// thingOf is what stands behind a role, which need not be comparable unless it is a
// pointer.
func (v *view) thingOf(role future.Role) ref {
	teller, ours := role.(waits.Teller)
	pointer := ours || reflect.TypeOf(role).Kind() == reflect.Pointer
	if pointer && v.last == role {
		return v.lastRef
	}
	_, isThrough := role.(behind)
	_, held := role.(coro.HeldBy)
	shared := pointer && (isThrough || held)
	if shared {
		if r, ok := v.shared[role]; ok {
			return r
		}
	}
	i := len(v.things)
	v.things = append(v.things, thing{role: role})
	t, r := &v.things[i], thingRef(i)
	if ours {
		t.info = teller.Wait()
		t.awaits, t.through = t.info.Awaits || isThrough, isThrough
	} else {
		t.info = waits.Info{Kind: strings.TrimPrefix(reflect.TypeOf(role).String(), "*"), Asks: true}
	}
	switch {
	case t.info.Asks && v.inside:
		t.info.Asks, t.info.Text = false, fmt.Sprintf("a %T, whose Describe is not called inside of another one", role)
		t.role = nil
	case t.info.Asks:
		v.foreign = append(v.foreign, i)
	case !isThrough && !held:
		t.role = nil // it leads nowhere
	}
	if pointer {
		v.last, v.lastRef = role, r
	}
	if shared {
		if v.shared == nil {
			v.shared = make(map[any]ref)
		}
		v.shared[role] = r
	}
	return r
}

// behind is a role of a future that waits for others, as a gather does. Behind is the i-th
// of these, nil for one that is not there any more; ok is false after the last.
type behind interface {
	Behind(i int) (c *future.Core, ok bool)
}

// follow notes what the things lead to, and what that leads to, without recursion.
func (v *view) follow() {
	for next := 0; next < len(v.things) || len(v.foreign) > 0; {
		for ; next < len(v.things); next++ {
			if !v.things[next].info.Asks {
				v.lead(next)
			}
		}
		v.askProgram()
	}
	v.shared, v.last = nil, nil
}

// lead notes what a thing leads to.
func (v *view) lead(i int) {
	role := v.things[i].role
	v.things[i].role = nil
	switch role := role.(type) {
	case behind:
		for n := 0; ; n++ {
			c, ok := role.Behind(n)
			if !ok || !v.may() {
				return
			}
			if c != nil && !c.Done() {
				r := v.ref(c) // which may move the things
				v.things[i].to = append(v.things[i].to, r)
			}
		}
	case coro.HeldBy:
		for _, t := range role.Holders() {
			if !v.may() {
				return
			}
			v.things[i].to = append(v.things[i].to, v.holder(t))
		}
	}
}

// may takes one of the edges that may still be noted, and reports false if none is left.
func (v *view) may() bool {
	if v.left == 0 {
		v.cut = true
		return false
	}
	v.left--
	return true
}

func (v *view) holder(t coro.AnyTask) ref {
	serial := t.Core().Role().(aTask).Serial()
	if !t.Done() {
		return ref(serial)
	}
	v.ended = append(v.ended, endedTask{serial, t.Name()})
	return refEnded + ref(len(v.ended)-1)
}

// askProgram asks the roles that are the program's own. They are asked on another goroutine,
// while this one waits: runtime.Goexit ends that one, and the next one goes on. On a locked
// OS thread it has to be this one, on which alone a Describe could ask a task for its stack.
func (v *view) askProgram() {
	for len(v.foreign) > 0 {
		if v.onThread {
			v.askRoles()
			return
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			v.askRoles()
		}()
		<-ended
	}
}

func (v *view) askRoles() {
	for len(v.foreign) > 0 {
		i := v.foreign[0]
		v.foreign = v.foreign[1:]
		role := v.things[i].role
		v.things[i].info.Text = fmt.Sprintf("a %T, whose Describe calls runtime.Goexit", role) // unless it returns
		v.things[i].info.Text = waits.Described(role)
		v.askWhere(i)
	}
}

// askRolesEntry is that of the function on the stack of what the program is asked.
var askRolesEntry = reflect.ValueOf((*view).askRoles).Pointer()

// askWhere asks what a thing leads to.
func (v *view) askWhere(i int) {
	role := v.things[i].role
	_, isThrough := role.(behind)
	t := &v.things[i]
	t.awaits, t.through = isThrough, isThrough
	before := len(t.to)
	defer func() {
		if p := recover(); p != nil {
			t := &v.things[i]
			t.role = nil
			t.to = append(t.to[:before], v.unknown(fmt.Sprintf("who is not known: its Holders panics: %v", p)))
		}
	}()
	v.lead(i)
}

// unknown stands for holders that are not known.
func (v *view) unknown(text string) ref {
	v.ended = append(v.ended, endedTask{name: text})
	return refEnded + ref(len(v.ended)-1)
}

// taskName is the name of the task that r is.
func (v *view) taskName(r ref) string {
	if i, ok := v.index(r.task()); ok {
		return v.tasks[i].name()
	}
	return fmt.Sprintf("task %d", r.task()) // it is ending just now
}

// index is where in tasks the one with that serial is.
func (v *view) index(serial uint32) (int, bool) {
	return slices.BinarySearchFunc(v.tasks, serial, func(t taskView, serial uint32) int {
		return int(int64(t.serial) - int64(serial))
	})
}

// kinds are how much work is out.
func (o *outside) kinds() (out []OutsideInfo) {
	for kind, n := range o.by {
		if n > 0 {
			out = append(out, OutsideInfo{errandKind(kind).String(), int(n)})
		}
	}
	if held := int(o.held.Load()); held > 0 {
		out = append(out, OutsideInfo{ofProgram.String(), held})
	}
	slices.SortFunc(out, func(a, b OutsideInfo) int { return strings.Compare(a.Kind, b.Kind) })
	return out
}
