package museum

func swallowedCancel() Exhibit {
	return Exhibit{
		Slug:  "swallowed-cancel",
		Title: "The worker that cannot be stopped",
		Topic: "timeout",
		Refs: []Ref{
			issue(76709),
			docs("task cancellation", "library/asyncio-task.html#task-cancellation"),
		},
		Expect: "When the time is over the worker is stopped, and TimeoutError is raised.",
		Happens: "The worker goes on with its next attempt. The block ends long after the limit, and " +
			"without a TimeoutError: only `expired` tells.",
		Why: "A time limit is a cancel request, which arrives as an exception. The handler that was " +
			"written for mishaps catches it, and then it is used up.",
		Cure: "`except Exception` lets it pass, as CancelledError is a BaseException. A handler that " +
			"must catch everything raises it again.",
		Here: "The same, with an error in place of the exception. Return it if `future.IsCanceled(err)` " +
			"says so.",
	}.with(swallowedCancelTrap, swallowedCancelCure)
}
