package museum

func busyWaiting() Exhibit {
	return Exhibit{
		Slug:  "busy-waiting",
		Title: "Waiting by asking again and again",
		Topic: "sleep",
		Refs: []Ref{
			docs("sleep", "library/asyncio-task.html#asyncio.sleep"),
			docs("Event", "library/asyncio-sync.html#asyncio.Event"),
		},
		Expect: "A coroutine that looks again and again, with `sleep(0)` in between, waits politely.",
		Happens: "It runs in every iteration. The loop never sleeps, and keeps a processor busy for " +
			"nothing.",
		Why: "`sleep(0)` puts the task right back into the ready queue. So there is always something " +
			"ready.",
		Cure: "Wait for what will tell you: an Event, a Future, a Condition.",
		Here: "The same. A virtual clock never moves while something is ready, so there the program is " +
			"stuck: the loop ends it with a `*loop.StuckError` that names the task.",
	}.with(busyWaitingTrap, busyWaitingCure)
}
