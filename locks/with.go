package locks

// releaser is what a block has acquired.
type releaser interface{ release() error }

// given refuses a block without a body before the block acquires anything.
func given(body func() error) {
	if body == nil {
		panic("locks: With of a nil function")
	}
}

// with runs the body of a block, and releases held on every way out of it. If the body
// has released it already, that is the block's error; a panic or a Goexit goes on.
func with(held releaser, body func() error) (err error) {
	returned := false
	defer func() {
		if failed := held.release(); failed != nil && returned {
			err = instead(failed, err)
		}
	}()
	err = body()
	returned = true
	return err
}
