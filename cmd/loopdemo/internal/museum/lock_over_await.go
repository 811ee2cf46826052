package museum

func lockOverAwait() Exhibit {
	return Exhibit{
		Slug:  "lock-over-await",
		Title: "The lock that makes all wait",
		Topic: "Lock",
		Refs: []Ref{
			docs("Lock", "library/asyncio-sync.html#asyncio.Lock"),
		},
		Expect:  "Three requests at once take the time of one.",
		Happens: "They run one after the other, never more than one at a time.",
		Why: "The lock that protects the cache is held over the slow await. So it protects that as " +
			"well.",
		Cure: "Hold no lock over something slow. Here the cache keeps the tasks, so whoever comes " +
			"second awaits the same one.",
		Here: "The same.",
	}.with(lockOverAwaitTrap, lockOverAwaitCure)
}
