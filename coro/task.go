package coro

import (
	"fmt"
	"math"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/events"
	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/internal/unretrieved"
	"github.com/ouro-loop/ouro/internal/waits"
)

// Task is a coroutine that the loop runs, and the future of its result. All
// methods must be called on the loop's goroutine.
//
// Semantics: asyncio.Task, CPython 3.15.
type Task[T any] struct {
	co Co // first: see there
	future.Future[T]
	fn Func[T]
}

// body is a task as the body of its coroutine.
type body[T any] Task[T]

// onCoroutine is a body whatever the type of its result. The loop's reports look at
// tasks in this way.
type onCoroutine interface {
	sched.Body
	Task() AnyTask
	Co() *Co
	function() frames.Function
}

// taskOn is the task of c.
func taskOn(c *sched.Coroutine) onCoroutine { return c.Body().(onCoroutine) }

// AnyTask is a *Task whatever the type of its result.
type AnyTask interface {
	future.Any
	Name() string
	SetName(name string)
	Uncancel() int
	Canceling() int
	CancelPending() bool
	WaitingOn() *future.Core
	Vars() *Vars
	Stack() []Frame
	String() string
}

// Spawner is where tasks are created: a *Co and a *loop.Loop stand for the loop, a
// *TaskGroup for the group.
type Spawner interface{ Scheduler() *future.Scheduler }

// TaskOption is an option of CreateTask.
type TaskOption func(*taskOptions)

type taskOptions struct {
	name  string
	vars  *Vars
	eager eagerness
	quiet bool
	tree  bool // quiet, with those that it creates
}

type eagerness int8

const (
	eagerByLoop eagerness = iota // as the loop has it for all tasks
	eagerNo
	eagerYes
)

// collect is apart from its callers so that a call without options allocates none.
func collect(s Spawner, opts []TaskOption) taskOptions {
	o := new(taskOptions)
	for _, opt := range opts {
		if opt == nil {
			panic("coro: a nil TaskOption; leave it out")
		}
		opt(o)
	}
	if o.tree {
		o.vars = quietContext(s, o.vars)
	}
	return *o
}

// Name names the task. Without it, or with "", it is Task-N for the loop's N-th
// task without a name.
func Name(name string) TaskOption { return func(o *taskOptions) { o.name = name } }

// Eager says whether the first step runs at once, inside CreateTask, if the loop
// is running: a task that never suspends is then done when CreateTask returns.
// The default is the loop's, which is false unless it was made otherwise.
//
// # Differences from asyncio
//
// An ErrKeyboardInterrupt or SystemExit of the first step ends the run when the
// creator next suspends; asyncio raises it in the creator.
//
// Semantics: asyncio.create_task(eager_start=...), CPython 3.15.
func Eager(eager bool) TaskOption {
	return func(o *taskOptions) {
		o.eager = eagerNo
		if eager {
			o.eager = eagerYes
		}
	}
}

// InContext runs the task in v itself instead of a copy of the creator's context: asyncio's
// context=.
func InContext(v *Vars) TaskOption { return func(o *taskOptions) { o.vars = v } }

// CreateTask has the loop run f as a task. Its first step is taken in the next
// iteration, after everything scheduled before.
//
// It panics with an error if the loop is closed (loop.ErrClosed), or if the group
// takes no more tasks (ErrGroupInactive); f is not run then.
//
// Semantics: asyncio.create_task, loop.create_task and TaskGroup.create_task,
// CPython 3.15.
func CreateTask[T any](s Spawner, f Func[T], opts ...TaskOption) *Task[T] {
	var o taskOptions
	if len(opts) > 0 {
		o = collect(s, opts)
	}
	return createTask(s, f, &o, new(Task[T]))
}

// createTask makes t, which is new, a task.
func createTask[T any](s Spawner, f Func[T], o *taskOptions, t *Task[T]) *Task[T] {
	if f == nil {
		panic("coro: CreateTask of a nil function")
	}
	sc := schedulerOf(s)
	if sc.Debug {
		sc.Loop().CheckGoroutine()
	}
	if sc.Closed() {
		panic(sched.ErrClosed)
	}
	m := machineOf(sc)
	group, _ := s.(*TaskGroup)
	if group != nil {
		group.mustBeActive()
	}
	t.fn = f
	co := &t.co
	co.core = t.Core()
	co.core.Init((*future.Scheduler)(sc), (*taskRole)(co))
	co.core.Owned = true
	co.link.Init(&co.coroutine)
	co.quiet = o.quiet
	sc.Created++
	co.serial = sc.Created
	if o.name != "" {
		co.extra = &extra{name: o.name}
	} else {
		m.unnamed++
		co.number = m.unnamed
	}
	co.coroutine.Init(sc, (*body[T])(t), (*sched.Vars)(o.vars))
	if sc.Debug {
		co.rarely().site = frames.CallSite()
	}
	if sc.Events != nil {
		co.tellSpawn()
	}
	eager := o.eager == eagerYes || o.eager == eagerByLoop && m.eager
	if eager && m.loop.IsRunning() {
		co.coroutine.Start()
	} else {
		co.coroutine.Schedule()
	}
	if group != nil {
		group.add(co.core)
	}
	return t
}

// Run runs the task's function to its end, on the worker's side. It does nothing
// but call, so that it vanishes into the wrapper that an interface's generic method has.
func (b *body[T]) Run() { (*Task[T])(b).call() }

// Unwound ends the task whose function was unwound.
func (b *body[T]) Unwound() { b.co.unwound() }

// Task is the task itself.
func (b *body[T]) Task() AnyTask { return (*Task[T])(b) }

// Co is the coroutine itself, for package streams, which finds it by its goroutine.
func (b *body[T]) Co() *Co { return &b.co }

// Serial is which of the loop's tasks this is, in order of creation, from 1 on.
func (b *body[T]) Serial() uint32 { return b.co.serial }

// Awaited is what the task waits for, nil if it is scheduled.
func (b *body[T]) Awaited() *future.Core { return b.co.awaited() }

// Quiet reports whether the task was created with that option, or below one with QuietTree.
func (b *body[T]) Quiet() bool { return b.co.quiet || inQuietTree(b.co.Vars()) }

// function is what the task runs, in the program's terms.
func (b *body[T]) function() frames.Function {
	return frames.FunctionOf(b.fn, func() error {
		_, err := b.fn(nil)
		return err
	})
}

// String is what the loop calls a step in its reports.
func (b *body[T]) String() string { return (*Task[T])(b).String() }

func (t *Task[T]) call() {
	if t.co.mustCancel { // before the first step: the function never runs
		t.co.mustCancel = false
		t.co.end(canceledError(t.co.core))
		return
	}
	returned := false
	defer t.co.broke(&returned)
	v, err := t.fn(&t.co)
	returned = true
	if err != nil || t.co.mustCancel {
		t.co.end(err)
		return
	}
	t.co.retire()
	future.Resolve(&t.Future, v)
}

// Name is the task's name.
func (t *Task[T]) Name() string { return t.co.Name() }

// SetName renames the task.
func (t *Task[T]) SetName(name string) {
	t.co.more().name = name
	t.co.coroutine.Renamed()
	if s := t.co.sched(); s.Events != nil {
		s.Events.Note(events.Renamed, s.Task(), t.co.serial, name)
	}
}

// Vars is the task's context.
func (t *Task[T]) Vars() *Vars { return t.co.Vars() }

// Cancel asks the task to cancel, with a message for the [future.CanceledError]
// if one is given. It reports false only if the task is done.
//
// If the task waits for a future, that is canceled, and the task with it, once it
// has passed the error on; a future that is a task is asked in turn. Otherwise the
// error comes out of the next await, even if that is of something done already in
// the meantime. A task that has not begun never does. The function may do what it
// likes with the error: only if it returns one that wraps it, is the task
// canceled.
//
// Each request counts, see [Task.Canceling].
//
// Semantics: asyncio.Task.cancel, CPython 3.15.
func (t *Task[T]) Cancel(msg ...string) bool { return t.Future.Cancel(msg...) }

// Canceling is the number of cancel requests that were not taken back.
//
// Semantics: asyncio.Task.cancelling.
func (t *Task[T]) Canceling() int { return int(t.co.cancels) }

// Uncancel takes one cancel request back, and returns how many are left. At zero,
// a cancellation that was not delivered yet is dropped.
//
// Semantics: asyncio.Task.uncancel, CPython 3.15.
func (t *Task[T]) Uncancel() int { return t.co.uncancel() }

// CancelPending reports whether a cancellation was requested and not delivered: nothing
// that the task waits for has taken the request, and its next await, or its first step, will
// return it.
//
// Semantics: asyncio.Task._must_cancel, CPython 3.15.
func (t *Task[T]) CancelPending() bool { return t.co.mustCancel }

// WaitingOn is the future that the task waits for: a task's, a sleep's, that of its place
// in the line for a lock. It is nil for a task that runs, has yet to begin, has ended, or
// lets others have a turn with a Sleep of zero. One that is done says that the task was
// woken, and has yet to run.
//
// It is for looking, and for comparing with the Core of another future. Its Role, if it has
// one, describes it.
//
// Semantics: asyncio.Task._fut_waiter, CPython 3.15.
func (t *Task[T]) WaitingOn() *future.Core { return t.co.awaited() }

// String shows the task's name, its state and its function; in debug mode also the line
// that created it.
func (t *Task[T]) String() string {
	created := ""
	if site := t.co.extra.created(); site != "" {
		created = " created at " + site
	}
	return fmt.Sprintf("<Task %q %v %v()%s>", t.co.Name(), t.Core().State(), (*body[T])(t).function(), created)
}

// taskRole is a Co as what stands behind the future of a task.
type taskRole Co

var _ future.Canceler = (*taskRole)(nil)

func (r *taskRole) Name() string { return (*Co)(r).Name() }

// Serial is which of the loop's tasks it is.
func (r *taskRole) Serial() uint32 { return r.serial }

// Vars are a copy: the task's own are part of the task, which a report of an error must
// not keep alive.
func (r *taskRole) Vars() any { return (*Co)(r).Vars().Copy() }

// SetCreated notes the line that created the task, for who creates it on behalf of another.
func (r *taskRole) SetCreated(site string) { (*Co)(r).rarely().site = site }

// Origin is what reports of an error tell about the task that had it.
func (r *taskRole) Origin() unretrieved.Origin { return (*Co)(r).origin() }

func (r *taskRole) Describe() string { return r.Wait().String() }

func (r *taskRole) Wait() waits.Info { return waits.Info{Kind: "task", Name: r.Name()} }

func (r *taskRole) Holders() []AnyTask { return []AnyTask{(*Co)(r).Task()} }

func (r *taskRole) BeginCancel(msg *string) {
	r.cancels++
	if x := r.extra; x != nil && x.context != nil {
		x.contextCanceled = true
		(*Co)(r).endContext(future.NewCanceledError(optional(msg)...))
	}
}

// CancelMore counts n further requests.
func (r *taskRole) CancelMore(n int) {
	r.cancels = int32(min(int64(r.cancels)+int64(min(n, math.MaxInt32)), math.MaxInt32))
}

// CancelTarget is the future that the task waits for.
func (r *taskRole) CancelTarget(i int) *future.Core {
	if i > 0 {
		return nil
	}
	return (*Co)(r).awaited()
}

func (r *taskRole) EndCancel(msg *string, taken, circular bool) bool {
	if taken {
		// Whatever took the request will wake the task, which still awaits it: a
		// task may ignore this and be asked again.
		return true
	}
	r.mustCancel = true
	r.core.SetCancelMessage(msg)
	if awaited := r.link.Core(); circular && r.link.Detach() {
		r.coroutine.Schedule()
		forsake(awaited)
	}
	return true
}

// forsake lets the future's error, if it gets one, go unreported: the task that
// waited for it has been told something else.
func forsake(c *future.Core) {
	f := &forsaken{core: c}
	c.Attach(f.link.Init(f))
}

type forsaken struct {
	link future.Link
	core *future.Core
}

func (f *forsaken) Run() { f.core.Retrieve() }

func (co *Co) uncancel() int {
	if co.cancels > 0 {
		co.cancels--
		if co.cancels == 0 {
			co.mustCancel = false
			if co.extra != nil {
				co.extra.contextCanceled = false
			}
		}
	}
	return int(co.cancels)
}

func optional(msg *string) []string {
	if msg == nil {
		return nil
	}
	return []string{*msg}
}
