package sched

// CallerCount is how many goroutines are known to be in a context.
func CallerCount() int {
	n := 0
	callers.Range(func(any, any) bool { n++; return true })
	return n
}
