package museum

func gatherGoesOn() Exhibit {
	return Exhibit{
		Slug:  "gather-goes-on",
		Title: "The gather that does not stop the others",
		Topic: "gather",
		Refs: []Ref{
			issue(75633),
			docs("gather", "library/asyncio-task.html#asyncio.gather"),
		},
		Expect: "When the check fails, the transfer is stopped.",
		Happens: "`gather` raises at once, and the transfer is made all the same, after the error was " +
			"reported.",
		Why: "The first exception becomes that of the gather. The other children are tasks of their " +
			"own, and go on.",
		Cure: "A `TaskGroup`: its first failure cancels the other tasks, and its block does not end " +
			"before they have ended.",
		Here: "The same: `coro.Gather` cancels nobody, `coro.Group` does.",
	}.with(gatherGoesOnTrap, gatherGoesOnCure)
}
