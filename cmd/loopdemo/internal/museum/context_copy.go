package museum

func contextCopy() Exhibit {
	return Exhibit{
		Slug:  "context-copy",
		Title: "What a task sets, only the task sees",
		Topic: "contextvars",
		Refs: []Ref{
			{"PEP 567", "https://peps.python.org/pep-0567/"},
			docs("contextvars", "library/contextvars.html#asyncio-support"),
			issue(91150),
		},
		Expect:  "A context variable that a helper sets is set afterwards.",
		Happens: "It is, as long as the helper is awaited. Once the helper is a task, it is not.",
		Why:     "A task runs in a copy of the context of the one that creates it, taken at that moment.",
		Cure: "Await the coroutine, or return the value. Since Python 3.11 `create_task` takes the " +
			"context to run in.",
		Here: "The same: `coro.Var`, and `coro.InContext` for a task.",
	}.with(contextCopyTrap, contextCopyCure)
}
