package museum

func oneAfterTheOther() Exhibit {
	return Exhibit{
		Slug:  "one-after-the-other",
		Title: "async, and not at the same time",
		Topic: "create_task",
		Refs: []Ref{
			docs("coroutines and tasks", "library/asyncio-task.html#coroutines"),
		},
		Expect:  "Two async functions run at the same time.",
		Happens: "They run one after the other. The second begins when the first has ended.",
		Why:     "`await f()` runs `f` as a part of this task. Only another task runs beside it.",
		Cure:    "`create_task`, `gather`, or a `TaskGroup`.",
		Here:    "The same: `f(co)` runs `f` in this task.",
	}.with(oneAfterTheOtherTrap, oneAfterTheOtherCure)
}
