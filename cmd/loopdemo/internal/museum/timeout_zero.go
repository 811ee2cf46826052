package museum

func timeoutZero() Exhibit {
	return Exhibit{
		Slug:  "timeout-zero",
		Title: "The limit of zero that takes a cancellation away",
		Topic: "timeout",
		Refs: []Ref{
			issue(134471),
			issue(95051),
			docs("timeout", "library/asyncio-task.html#asyncio.timeout"),
		},
		Expect:  "A task that has been canceled stays canceled, whatever time limit runs out then.",
		Happens: "TimeoutError comes out, and the task goes on as if nobody had canceled it.",
		Why: "A limit that is over already adds its own cancel request to the one that is there, " +
			"before the task has seen that. One CancelledError comes for both, and at the end of the " +
			"block the limit takes it for its own.",
		Cure: "Before you set a limit that may be zero, look at `task.cancelling()`, and let a request " +
			"that is there arrive with `await asyncio.sleep(0)`.",
		Here: "The same. It is one of the things kept because CPython does them.",
	}.with(timeoutZeroTrap, timeoutZeroCure)
}
