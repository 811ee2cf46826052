package museum

func cancelIsARequest() Exhibit {
	return Exhibit{
		Slug:  "cancel-is-a-request",
		Title: "cancel does not stop anything",
		Topic: "Task.cancel",
		Refs: []Ref{
			docs("Task.cancel", "library/asyncio-task.html#asyncio.Task.cancel"),
			issue(103486),
		},
		Expect:  "After `task.cancel()` the task has stopped, and its file is closed.",
		Happens: "Nothing has happened yet. The task is not canceled, and its cleanup runs later.",
		Why: "`cancel` asks for a CancelledError in the next step of the task. Until then it is only a " +
			"mark.",
		Cure: "Wait for the task after you have canceled it.",
		Here: "The same.",
	}.with(cancelIsARequestTrap, cancelIsARequestCure)
}
