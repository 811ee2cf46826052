package museum

func blockingTheLoop() Exhibit {
	return Exhibit{
		Slug:  "blocking-the-loop",
		Title: "One blocking call stops everything",
		Topic: "to_thread",
		Refs: []Ref{
			docs("running blocking code", "library/asyncio-dev.html#running-blocking-code"),
			docs("to_thread", "library/asyncio-task.html#asyncio.to_thread"),
		},
		Expect:  "While one coroutine works, the heart of the other goes on beating.",
		Happens: "There is no beat for as long as the blocking call takes.",
		Why: "There is one thread, and it is inside of `time.sleep`. Nothing else runs before the step " +
			"ends.",
		Cure: "`await asyncio.to_thread(...)` for what blocks.",
		Here: "The same. Debug mode reports a step that takes longer than a tenth of a second. The cure " +
			"takes the real clock: a virtual one stands still while a thread works.",
	}.with(blockingTheLoopTrap, blockingTheLoopCure)
}
