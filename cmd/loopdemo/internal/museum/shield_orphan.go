package museum

func shieldOrphan() Exhibit {
	return Exhibit{
		Slug:  "shield-orphan",
		Title: "The shield that does not last",
		Topic: "shield",
		Refs: []Ref{
			issue(94972),
			issue(86802),
			docs("shield", "library/asyncio-task.html#asyncio.shield"),
		},
		Expect: "What is shielded is finished: the document is saved.",
		Happens: "The handler is canceled, and the save goes on for a moment. Then the end of the program " +
			"cancels it.",
		Why: "`shield` keeps one cancel request away, that of the task which awaits it. Nobody waits " +
			"for the inner task any more, and `asyncio.run` cancels what is left when main returns.",
		Cure: "Keep the inner task, and wait for it before the end.",
		Here: "The same: `coro.Shield`, and the end of `loop.Run`.",
	}.with(shieldOrphanTrap, shieldOrphanCure)
}
