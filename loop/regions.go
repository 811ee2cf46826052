package loop

import (
	"context"
	"maps"
	"runtime/trace"
	"slices"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/sched"
)

// Regions has each step of a task and each callback be a region of Go's execution trace
// while one is taken, as with runtime/trace.Start, go test -trace, or net/http/pprof's
// /debug/pprof/trace: go tool trace then shows them, each task with its steps in the page
// of the user-defined tasks, named after its function, and its name as a message. Without
// it a trace shows goroutines: workers, which run one task after another.
//
// The loop's goroutine then runs everything itself, as in debug mode, so that a step costs
// two switches more where tasks take turns. In other respects the program does the same.
func Regions(on bool) Option { return func(o *options) { o.regions = on } }

// SetRegions turns the regions on or off, see the option [Regions].
func (l *Loop) SetRegions(on bool) {
	l.mustBeMade()
	(*wired)(l).CheckGoroutine()
	l.regions.end()
	l.regions.on = on
	l.setAround()
}

// regions are what the tasks of the loop are called in an execution trace.
type regions struct {
	on    bool
	tasks map[uint32]region // that have had a step, and have not ended
}

type region struct {
	ctx  context.Context
	task *trace.Task
	name string // the function's
}

// begin begins the region of an entry, and returns what ends it, on the same goroutine.
func (r *regions) begin(l *Loop, entry sched.Entry) (end func()) {
	if !trace.IsEnabled() {
		r.end()
		return func() {}
	}
	c, ok := entry.(*sched.Coroutine)
	if !ok {
		return trace.StartRegion(context.Background(), l.subject(entry).String()).End
	}
	task, id := pendingTask(c).Task(), sched.SerialOf(c)
	at := r.of(task, id)
	step := trace.StartRegion(at.ctx, at.name)
	return func() {
		step.End()
		if task.Done() {
			at.task.End()
			delete(r.tasks, id)
		}
	}
}

// of is the region of the task with that number, made if there is none.
func (r *regions) of(task coro.AnyTask, id uint32) region {
	at, ok := r.tasks[id]
	if !ok {
		at.name = originOf(task.Core()).Function.String()
		at.ctx, at.task = trace.NewTask(context.Background(), at.name)
		trace.Log(at.ctx, "task", task.Name())
		if r.tasks == nil {
			r.tasks = map[uint32]region{}
		}
		r.tasks[id] = at
	}
	return at
}

// end ends the tasks, in order, as far as the execution trace is concerned.
func (r *regions) end() {
	for _, id := range slices.Sorted(maps.Keys(r.tasks)) {
		r.tasks[id].task.End()
	}
	r.tasks = nil
}
