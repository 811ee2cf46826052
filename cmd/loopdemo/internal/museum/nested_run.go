package museum

func nestedRun() Exhibit {
	return Exhibit{
		Slug:  "nested-run",
		Title: "The loop inside of a loop",
		Topic: "run",
		Refs: []Ref{
			issue(66435),
			docs("run", "library/asyncio-runner.html#asyncio.run"),
		},
		Expect:  "A plain function may call `asyncio.run`, to get at something asynchronous.",
		Happens: "It raises RuntimeError, if anything above it runs on a loop.",
		Why: "Nothing else runs between two awaits. A loop inside of a step would break that promise " +
			"for everybody.",
		Cure:        "Make it asynchronous all the way up, or run the plain function in a thread.",
		Here:        "Refused as well, with `loop.ErrRunning`, whose text is another one.",
		TrapDiffers: true,
	}.with(nestedRunTrap, nestedRunCure)
}
