package sched

// KnownCount is how many goroutines are known to run entries of a loop.
func KnownCount() int {
	n := 0
	known.Range(func(any, any) bool { n++; return true })
	return n
}
