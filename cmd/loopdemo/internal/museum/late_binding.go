package museum

func lateBinding() Exhibit {
	return Exhibit{
		Slug:  "late-binding",
		Title: "Three functions, and one variable",
		Topic: "call_soon",
		Refs: []Ref{
			docs("lambdas in a loop", "faq/programming.html#why-do-lambdas-defined-in-a-loop-with-different-values-all-return-the-same-result"),
			{"ruff rule B023", "https://docs.astral.sh/ruff/rules/function-uses-loop-variable/"},
		},
		Expect:  "0, 1, 2.",
		Happens: "2, 2, 2.",
		Why: "A lambda looks its variable up when it runs. In asyncio it runs later, when the loop is " +
			"over and one value is left.",
		Cure: "Pass the value: `call_soon(print, \"call\", i)`, or `functools.partial`.",
		Here: "Since Go 1.22 each round of a `for` loop has a variable of its own, so the trap prints " +
			"0, 1, 2. A variable that is declared before the loop is the trap again.",
		TrapDiffers: true,
	}.with(lateBindingTrap, lateBindingCure)
}
