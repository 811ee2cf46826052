package museum

func silentFailure() Exhibit {
	return Exhibit{
		Slug:  "silent-failure",
		Title: "The error that nobody heard",
		Topic: "Task.exception",
		Refs: []Ref{
			docs("never-retrieved exceptions", "library/asyncio-dev.html#detect-never-retrieved-exceptions"),
			issue(88831),
		},
		Expect: "A task that fails makes itself heard.",
		Happens: "The program ends as if all had gone well. The report comes when the task is collected, " +
			"and as long as somebody keeps the task that is never.",
		Why: "The exception waits in the task for somebody to fetch it. The line in the log depends on " +
			"the garbage collector.",
		Cure: "A `TaskGroup`, or a done callback that looks at `task.exception()`.",
		Here: "The report comes at the latest when the loop closes, whoever keeps the task. So the trap " +
			"prints it before the last line, not after it.",
		TrapDiffers: true,
	}.with(silentFailureTrap, silentFailureCure)
}
