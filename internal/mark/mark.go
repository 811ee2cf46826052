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

// Outcome is what a future keeps besides its value, in one place as there are no two of these at a time:
//   - while it is pending: the message of the last cancel request that it was given itself;
//   - when it has failed: the error, or what has it;
//   - when it was canceled: the error to hand out first, or the message of all.
type Outcome struct{ Err error }

// message is in the place of an error.
type message string

func (m *message) Error() string { return string(*m) }

// CancelMessage is the message of a cancel request, nil for none.
func (o *Outcome) CancelMessage() *string {
	m, _ := o.Err.(*message)
	return (*string)(m)
}

// SetCancelMessage is for a future that is pending or canceled.
func (o *Outcome) SetCancelMessage(msg *string) {
	o.Err = nil
	if msg != nil {
		o.Err = (*message)(msg)
	}
}

// Look is for an error that is to be reported unless somebody looks at it.
type Look struct {
	// OnLook is called each time that somebody looks, on any goroutine. It is set before
	// the error is.
	OnLook func()
}
