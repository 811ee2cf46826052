package coro

import "github.com/ouro-loop/ouro/internal/sched"

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
	sched.Walk(sc, tasks)
	return tasks
}
