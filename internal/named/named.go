// Package named holds what every primitive of packages locks and queues has: a name
// in reports.
package named

import "fmt"

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
	return fmt.Sprintf("%s %q", kind, n.text)
}
