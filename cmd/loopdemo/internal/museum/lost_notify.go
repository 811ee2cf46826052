package museum

func lostNotify() Exhibit {
	return Exhibit{
		Slug:  "lost-notify",
		Title: "The notification that nobody got",
		Topic: "Condition",
		Refs: []Ref{
			issue(112202),
			pull(112201),
		},
		Expect: "`notify(1)` wakes one of those who wait.",
		Happens: "Up to Python 3.12 nobody is woken if that one is canceled in the same iteration: the " +
			"other one waits for ever. Since 3.13 the notification is passed on.",
		Why: "The task that was notified left with its CancelledError, and took the notification " +
			"along.",
		Cure: "Python 3.13 or later. Before that, `notify_all`, and a loop around `wait` that looks " +
			"whether there is something to do.",
		Here: "As in 3.13: it is passed on.",
	}.with(lostNotifyTrap, lostNotifyCure)
}
