package museum

func lostResult() Exhibit {
	return Exhibit{
		Slug:  "lost-result",
		Title: "A result that came in time, and is lost",
		Topic: "Task.cancel",
		Refs: []Ref{
			issue(86296),
			{"AnyIO: why you should use it", "https://anyio.readthedocs.io/en/stable/why.html"},
		},
		Expect: "A task that was given its result before it was canceled has the result.",
		Happens: "The task is canceled, and the result is gone: the ticket has left the future, and nobody " +
			"has it.",
		Why: "`set_result` only schedules the step of the task that waits. `cancel` comes before that " +
			"step, and marks the task. The step then raises CancelledError, whatever the future " +
			"holds.",
		Cure: "Hand things over through something that keeps them until they are taken. A queue keeps " +
			"its item when the task that waits for it is canceled.",
		Here: "The same, to the tick. `loop.Receive` is careful: it returns what has arrived, and the " +
			"cancellation comes out of the next await.",
	}.with(lostResultTrap, lostResultCure)
}
