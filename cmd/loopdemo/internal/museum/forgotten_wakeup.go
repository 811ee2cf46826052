package museum

func forgottenWakeup() Exhibit {
	return Exhibit{
		Slug:  "forgotten-wakeup",
		Title: "The callback that comes when something else happens",
		Topic: "call_soon_threadsafe",
		Refs: []Ref{
			docs("concurrency and multithreading", "library/asyncio-dev.html#concurrency-and-multithreading"),
			docs("call_soon_threadsafe", "library/asyncio-eventloop.html#asyncio.loop.call_soon_threadsafe"),
		},
		Expect:  "A callback that another thread schedules with `call_soon` is called at once.",
		Happens: "It is called when the loop happens to wake up, here with the timer of main.",
		Why: "The loop sleeps in the operating system until its next timer. `call_soon` only appends " +
			"to a list; `call_soon_threadsafe` wakes the loop, too.",
		Cure: "`call_soon_threadsafe`. Debug mode finds the mistake.",
		Here: "A data race in Go, so the trap turns debug mode on, which refuses the call. Other " +
			"goroutines call `CallSoonThreadsafe` or `loop.Submit`.",
		TrapDiffers: true,
	}.with(forgottenWakeupTrap, forgottenWakeupCure)
}
