// Package mark holds what this module's own packages note on a future. Its types are
// embedded in future.Core under unexported names: coro reaches their fields as if they
// were the Core's own, and programs do not see them.
package mark

// Flags are yes or no.
type Flags struct {
	// Owned is set while the outcome of the future is its maker's business: it takes
	// none from anybody.
	Owned bool

	// KeepsError is set where a cancel request to the finished future is no look at its
	// error, as it is for others.
	KeepsError bool

	// Seen is for a search for futures that are given twice, which clears it again.
	Seen bool
}

// Message is apart from the flags so that these need no padding.
type Message struct {
	// CancelMessage is the message of the last cancel request that the future itself
	// was given, nil for none.
	CancelMessage *string
}
