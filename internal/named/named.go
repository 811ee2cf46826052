// Package named holds what every primitive of packages locks and queues has: a name
// in reports.
package named

import (
	"fmt"
	"strconv"
)

// Name is what a primitive is called in reports. Go vet complains about copies of a
// type that has a Name among its fields. The zero Name is none.
type Name struct {
	_    noCopy
	text string
}

// noCopy looks like a lock to go vet.
type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}

// Set sets the name.
func (n *Name) Set(name string) { n.text = name }

// String is the name, empty if there is none.
func (n *Name) String() string { return n.text }

// Title puts the name behind the kind of primitive: lock "a".
func (n *Name) Title(kind string) string {
	if n.text == "" {
		return kind
	}
	return kind + " " + strconv.Quote(n.text)
}

// Wrap is err with the kind of primitive and its name, and err itself if it has none: so
// those who compare errors go on as long as they give no names.
func (n *Name) Wrap(kind string, err error) error {
	if n.text == "" {
		return err
	}
	return &namedError{err, kind, n.text}
}

// A namedError is written out when somebody reads it: who polls a queue does not.
type namedError struct {
	err        error
	kind, name string
}

func (e *namedError) Error() string { return fmt.Sprintf("%v: %s %q", e.err, e.kind, e.name) }

func (e *namedError) Unwrap() error { return e.err }
