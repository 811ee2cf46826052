package museum

func waitingForOneself() Exhibit {
	return Exhibit{
		Slug:  "waiting-for-oneself",
		Title: "The loop that waits for itself",
		Topic: "run_coroutine_threadsafe",
		Refs: []Ref{
			docs("run_coroutine_threadsafe", "library/asyncio-task.html#asyncio.run_coroutine_threadsafe"),
			docs("concurrency and multithreading", "library/asyncio-dev.html#concurrency-and-multithreading"),
		},
		Expect:  "`run_coroutine_threadsafe` gives a future whose `result` waits for the coroutine.",
		Happens: "On the loop's own thread it waits for ever.",
		Why:     "`result` blocks the thread, and the coroutine needs that very thread to run.",
		Cure:    "On the loop, `await`. On other threads, `result`.",
		Here: "The same: `Result` and `Wait` of what `loop.Submit` returns block the goroutine. " +
			"`loop.SubmitAndWait` refuses to be called on the loop.",
	}.with(waitingForOneselfTrap, waitingForOneselfCure)
}
