package museum

func lostUpdate() Exhibit {
	return Exhibit{
		Slug:  "lost-update",
		Title: "A race on one thread",
		Topic: "Lock",
		Refs: []Ref{
			docs("Lock", "library/asyncio-sync.html#asyncio.Lock"),
		},
		Expect:  "There is one thread, so nothing can come in between: two deposits of 10 make 20.",
		Happens: "The balance is 10. One of the deposits is lost.",
		Why: "Nothing comes in between two awaits, and at an await everything may. Both tasks read 0 " +
			"before one of them writes.",
		Cure: "No await between reading and writing, or a lock around both.",
		Here: "The same.",
	}.with(lostUpdateTrap, lostUpdateCure)
}
