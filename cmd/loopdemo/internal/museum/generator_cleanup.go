package museum

func generatorCleanup() Exhibit {
	return Exhibit{
		Slug:  "generator-cleanup",
		Title: "The generator that is closed too late",
		Topic: "async for",
		Refs: []Ref{
			issue(88684),
			issue(117536),
			pull(141885),
		},
		Expect:  "Leaving the loop with `break` closes the connection at once.",
		Happens: "The connection is closed later, after the next statements, and in another task.",
		Why: "To close an asynchronous generator takes awaits, which the garbage collector cannot do. " +
			"It tells the loop, and the loop makes a task of `aclose`.",
		Cure: "`contextlib.aclosing`.",
		Here: "A `coro.Generator` is closed by a task when it is garbage, at the latest at the end of " +
			"Run; defer its `Close`. A plain iterator that is given a `Co` needs nothing: a `range` " +
			"that ends closes it on the spot.",
	}.with(generatorCleanupTrap, generatorCleanupCure)
}
