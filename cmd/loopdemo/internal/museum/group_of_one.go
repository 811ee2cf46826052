package museum

func groupOfOne() Exhibit {
	return Exhibit{
		Slug:  "group-of-one",
		Title: "The group of one error",
		Topic: "TaskGroup",
		Refs: []Ref{
			{"PEP 654", "https://peps.python.org/pep-0654/"},
			docs("task groups", "library/asyncio-task.html#task-groups"),
		},
		Expect:  "`except ValueError` around a `TaskGroup` catches the ValueError of its task.",
		Happens: "It does not. What comes out is an ExceptionGroup, even with a single error in it.",
		Why: "Several tasks of a group may fail, so a group always raises a group. `gather` raised the " +
			"first error as it was.",
		Cure: "`except*`, which looks into groups.",
		Here: "The error is a `*coro.ExceptionGroup`, and `errors.Is` and `errors.AsType` look into it. " +
			"So the trap catches the ValueError.",
		TrapDiffers: true,
	}.with(groupOfOneTrap, groupOfOneCure)
}
