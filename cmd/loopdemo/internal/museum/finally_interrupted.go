package museum

func finallyInterrupted() Exhibit {
	return Exhibit{
		Slug:  "finally-interrupted",
		Title: "The cleanup that is interrupted",
		Topic: "Task.cancel",
		Refs: []Ref{
			docs("task cancellation", "library/asyncio-task.html#task-cancellation"),
		},
		Expect: "A `finally` is always carried out to its end.",
		Happens: "The second cancellation comes out of the await inside of it, and the connection is never " +
			"closed.",
		Why: "A cancel request arrives at the next await, wherever that stands. No `finally` is " +
			"exempt.",
		Cure: "Clean up in a task of its own, behind a shield, and wait for it even if you are canceled " +
			"again.",
		Here: "The same, with a deferred function. While the loop closes, the awaits of a deferred " +
			"function end at once.",
	}.with(finallyInterruptedTrap, finallyInterruptedCure)
}
