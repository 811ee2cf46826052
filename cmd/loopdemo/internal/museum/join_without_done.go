package museum

func joinWithoutDone() Exhibit {
	return Exhibit{
		Slug:  "join-without-done",
		Title: "The queue that is empty, and not done",
		Topic: "Queue.join",
		Refs: []Ref{
			docs("Queue.join", "library/asyncio-queue.html#asyncio.Queue.join"),
		},
		Expect:  "When the queue is empty, `join` returns.",
		Happens: "It waits for ever. The queue is empty, and one item still counts as unfinished.",
		Why: "`join` counts the calls of `task_done`. The worker left one out, on its way around a bad " +
			"item.",
		Cure: "`task_done` in a `finally`.",
		Here: "The same. Under a virtual clock a program that waits so for ever ends with an error that " +
			"names the queue.",
	}.with(joinWithoutDoneTrap, joinWithoutDoneCure)
}
