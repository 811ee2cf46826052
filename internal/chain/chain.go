// Package chain looks at what an error wraps along a single line: what it wraps alone.
package chain

// Most is how many errors of a chain are looked at. One may be its own successor.
const Most = 100_000

// Has reports whether is says yes to err, or to an error that it is wrapped around in a
// single chain. A group of errors ends the chain; one of a single member does not, since
// errors.Join makes that of an error and a cleanup that succeeded.
//
// It is false if a method of an error panics, as that of a nil pointer may: that is an
// error like any other.
func Has(err error, is func(error) bool) (yes bool) {
	defer func() {
		if recover() != nil {
			yes = false
		}
	}()
	for range Most {
		switch {
		case err == nil:
			return false
		case is(err):
			return true
		}
		err = next(err)
	}
	return false
}

// next is the error that err wraps, if it wraps one and no others.
func next(err error) error {
	switch err := err.(type) {
	case interface{ Unwrap() error }:
		return err.Unwrap()
	case interface{ Unwrap() []error }:
		if members := err.Unwrap(); len(members) == 1 {
			return members[0]
		}
	}
	return nil
}
