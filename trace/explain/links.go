package explain

import (
	"github.com/ouro-loop/ouro/internal/model"
	"github.com/ouro-loop/ouro/trace"
)

// link notes what the event i has come from, before the state is taken over it.
func (w *teller) link(i int, e trace.Event) {
	switch e.Kind {
	case trace.Push:
		if e.Cause == trace.ByDone && w.done >= 0 {
			w.settled[i] = w.done
		}
		if e.Cause == trace.ByCode {
			w.linkMaker(i, e)
		}
	case trace.Done:
		w.done = i
		w.linkMaker(i, e)
		if w.d.kind == Cancel && e.What == trace.Canceled {
			w.requests[i] = w.request()
		}
	case trace.Cancel:
		w.linkMaker(i, e)
		if e.What == trace.Asked && e.Object != 0 {
			w.asked[uint32(e.Object)] = i
		}
	}
}

func (w *teller) linkMaker(i int, e trace.Event) {
	if last := len(w.after.Running) - 1; last >= 0 && e.Task == 0 {
		w.makers[i] = w.after.Running[last]
	}
}

// request is the Cancel that this step is about. A task that was asked while it ran ends its
// next wait itself: then it is the one that has asked the task.
func (w *teller) request() int {
	if asked, ok := w.asked[w.e.Task]; ok && w.isPending() {
		return asked
	}
	return w.d.main
}

// isPending reports whether this step, a Cancel, is a request that has come before the wait
// that it ends: a task that waits can ask nobody.
func (w *teller) isPending() bool {
	task := w.after.Tasks[w.e.Task]
	return w.e.Object == 0 && task != nil && (task.State == model.Waiting || task.State == model.Ready)
}

// awaited is the last wait of a task: its event, -1 if there is none, and what it is for.
func (w *teller) awaited(id uint32) (i int, kind waitKind) {
	task := w.after.Tasks[id]
	if task == nil || task.Await < 0 {
		return -1, ""
	}
	return task.Await, kindOf(w.t.Events[task.Await], w.t.Detail(task.Await))
}

// mainTasks are the Spawn events of the tasks that Run has made of main functions: whose end
// ends the run, or where the trace does not go so far, the only one before the first
// iteration. One with a name of its own keeps that.
func mainTasks(t *trace.Trace) map[int]bool {
	mains := map[int]bool{}
	spawns := map[uint32]int{} // by the loop's caller
	isFirst := func(i int) bool {
		e := t.Events[i]
		return e.Task == 0 && e.What != trace.Existed && t.Task(uint32(e.Object)).Name == "Task-1"
	}
	last, n, done := -1, 0, uint32(0)
	for i, e := range t.Events {
		switch e.Kind {
		case trace.Spawn:
			if isFirst(i) {
				spawns[uint32(e.Object)] = i
			}
			last, n = i, n+1
		case trace.Iterate:
			if n == 1 && isFirst(last) {
				mains[last] = true
			}
			n = 2 // or more: it has begun
		case trace.Done:
			done = uint32(e.Object)
		case trace.Push:
			if spawned, ok := spawns[done]; ok && e.Cause == trace.ByDone && t.Detail(i).Text == "run's callback" {
				mains[spawned] = true
			}
		case trace.Note:
			if e.What == trace.Closed {
				n = 0
			}
		}
	}
	return mains
}
