package museum

func awaitIsNoPause() Exhibit {
	return Exhibit{
		Slug:  "await-is-no-pause",
		Title: "An await that lets nobody else run",
		Topic: "Queue",
		Refs: []Ref{
			docs("sleep", "library/asyncio-task.html#asyncio.sleep"),
			docs("Queue.get", "library/asyncio-queue.html#asyncio.Queue.get"),
		},
		Expect:  "Every `await` gives the other tasks a turn.",
		Happens: "The clock has its first tick after all the thousand items are eaten.",
		Why: "`await` suspends the task only if there is something to wait for. A queue with items in " +
			"it is no reason to wait, so the loop never gets control.",
		Cure: "`await asyncio.sleep(0)` now and then, in loops that may find everything ready.",
		Here: "The same: `Get` of a queue that has items does not suspend.",
	}.with(awaitIsNoPauseTrap, awaitIsNoPauseCure)
}
