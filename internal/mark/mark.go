// Package mark holds what this module's own packages note on a future. Its types are
// embedded in future.Core and executor.Future under unexported names: coro and loop reach
// their fields as if they were the future's own, and programs do not see them.
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

// Look is for an error that is to be reported unless somebody looks at it.
type Look struct {
	// OnLook is called each time that somebody looks, on any goroutine. It is set before
	// the error is.
	OnLook func()
}
