package museum

func waitForRace() Exhibit {
	return Exhibit{
		Slug:  "wait-for-race",
		Title: "wait_for, and the cancellation that was lost",
		Topic: "wait_for",
		Refs: []Ref{
			issue(86296),
			docs("wait_for", "library/asyncio-task.html#asyncio.wait_for"),
		},
		Expect: "A task that was canceled is canceled.",
		Happens: "Up to Python 3.11 `wait_for` returned the result, and the cancellation was gone: a " +
			"server that was told to stop went on. Since 3.12 the task is canceled.",
		Why: "The old `wait_for` caught CancelledError, saw that the future was done, and returned its " +
			"result.",
		Cure: "Python 3.12 or later. In 3.11, `asyncio.timeout` around a plain await.",
		Here: "As in 3.12 and later: `coro.WaitFor` is a `coro.Timeout` around an await.",
	}.with(waitForRaceTrap, waitForRaceCure)
}
