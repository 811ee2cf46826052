package executor

import "runtime"

// goroutineID returns the number that the running goroutine has in its stack
// trace, or zero if the trace no longer begins with "goroutine 12 [". It serves
// one diagnosis only, that of a job which waits for its own pool, and nothing
// goes wrong if it fails.
func goroutineID() uint64 {
	const prefix = "goroutine "
	var buf [len(prefix) + 20]byte
	trace := buf[:runtime.Stack(buf[:], false)]
	if len(trace) <= len(prefix) || string(trace[:len(prefix)]) != prefix {
		return 0
	}
	var id uint64
	for _, c := range trace[len(prefix):] {
		if c < '0' || c > '9' {
			break
		}
		id = 10*id + uint64(c-'0')
	}
	return id
}
