package sched

import "testing"

// KnownCount is how many goroutines are known to run entries of a loop.
func KnownCount() int {
	n := 0
	known.Range(func(any, any) bool { n++; return true })
	return n
}

// Unset has it that no context variable was set in this process, until the test is over.
func Unset(t *testing.T) {
	before := anySet.Swap(false)
	t.Cleanup(func() { anySet.Store(before) })
}

// IsSet reports whether one was set, or who calls is found out by frames.
func IsSet() bool { return anySet.Load() }
