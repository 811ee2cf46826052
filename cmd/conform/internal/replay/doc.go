// Package replay runs conformance programs on this library, through its public
// interface, and records their traces.
package replay
