package museum

func forgottenAwait() Exhibit {
	return Exhibit{
		Slug:  "forgotten-await",
		Title: "The call that did nothing",
		Topic: "await",
		Refs: []Ref{
			docs("never-awaited coroutines", "library/asyncio-dev.html#detect-never-awaited-coroutines"),
		},
		Expect:  "`save()` saves.",
		Happens: "Nothing happens, but for a warning when the coroutine is collected.",
		Why: "A call of an async function makes a coroutine. It runs when it is awaited, or made a " +
			"task.",
		Cure: "`await save()`. Linters find the call that lacks it.",
		Here: "Half the trap: `save(co)` is an await, and runs. `coro.Do(save)` alone does nothing, and " +
			"no warning comes while the program runs. `go vet` finds it, with the flags that the " +
			"README has.",
		TrapDiffers: true,
	}.with(forgottenAwaitTrap, forgottenAwaitCure)
}
