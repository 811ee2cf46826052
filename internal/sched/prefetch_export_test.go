//go:build amd64 || arm64

package sched

import "unsafe"

// SavedSP is what prefetch takes for the stack pointer of c, which is suspended.
func (c *Coroutine) SavedSP() uintptr {
	at := c.worker.key + savedSP
	return **(**uintptr)(unsafe.Pointer(&at)) // the runtime's memory, which is never given back
}
