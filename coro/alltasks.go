package coro

import (
	"slices"

	"github.com/ouro-loop/ouro/internal/sched"
)

// CurrentTask is the task that runs now, nil if none does: in a callback, or when
// the loop is not running.
//
// Semantics: asyncio.current_task, CPython 3.15.
func CurrentTask(s Spawner) AnyTask {
	if c := schedulerOf(s).Current(); c != nil {
		return taskOn(c).Task()
	}
	return nil
}

// AllTasks are the unfinished tasks of the loop, in order of creation.
//
// Semantics: asyncio.all_tasks, CPython 3.15.
//
// # Differences from asyncio
//
// A slice in order of creation instead of a set; and the loop keeps its tasks
// alive, so that none can vanish.
func AllTasks(s Spawner) []AnyTask {
	sc := schedulerOf(s)
	tasks := make([]AnyTask, 0, sc.Count())
	sc.All(func(c *sched.Coroutine) { tasks = append(tasks, taskOn(c).Task()) })
	if sc.Chooser != nil {
		machineOf(sc).walked.put(sc, tasks)
	}
	return tasks
}

// A walkedSet remembers in which order a set was walked: one with the same members has it again.
type walkedSet struct{ members, order []AnyTask }

// put puts the members of a set into the order in which it is walked.
func (w *walkedSet) put(s *sched.Scheduler, members []AnyTask) {
	if slices.Equal(members, w.members) {
		copy(members, w.order)
		return
	}
	w.members = slices.Clone(members)
	sched.Walk(s, members)
	w.order = slices.Clone(members)
}
