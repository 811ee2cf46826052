package museum

func vanishingTask() Exhibit {
	return Exhibit{
		Slug:  "vanishing-task",
		Title: "The task that vanished",
		Topic: "create_task",
		Refs: []Ref{
			issue(91887),
			issue(117379),
			docs("create_task", "library/asyncio-task.html#asyncio.create_task"),
		},
		Expect: "A task that was created runs to its end.",
		Happens: "The garbage collector takes it while it waits. Its `print` never comes: a line in the " +
			"log is all that is left.",
		Why: "The loop refers to its tasks weakly. This task waits for a future that nothing but the " +
			"task itself refers to, so the task, its coroutine and the future are a circle that " +
			"nobody holds.",
		Cure: "Keep the task until it is done: in a `TaskGroup`, or in a set, with `tasks.discard` as " +
			"a done callback that takes it out.",
		Here: "This cannot happen. The loop holds every task that has not ended, so the trap prints " +
			"what the cure prints.",
		TrapDiffers: true,
	}.with(vanishingTaskTrap, vanishingTaskCure)
}
