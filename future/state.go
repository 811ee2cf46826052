package future

// State is where a future is in its life. It changes at most once, from Pending
// to one of the other two; the change hands every callback to the loop.
type State uint8

const (
	// Pending: made, and not done. Callbacks are kept in order of
	// registration. Entered when the future is made; left by SetResult and
	// SetError, by Cancel of a plain future, and by the end of a task.
	Pending State = iota

	// Canceled: done without a result. Entered by Cancel, or when a task's
	// function returns an error that wraps a CanceledError. Result and Err
	// give a *CanceledError with the message of the cancellation. Never left.
	Canceled

	// Finished: done with a result or an error. Entered by SetResult and
	// SetError, or by the return of a task's function. An error is reported
	// as never retrieved unless Result, Err or an await looks at it.
	// Never left.
	Finished
)

// String gives the state's name as asyncio writes it.
func (s State) String() string {
	switch s {
	case Pending:
		return "PENDING"
	case Canceled:
		return "CANCELLED"
	case Finished:
		return "FINISHED"
	}
	return "INVALID"
}
