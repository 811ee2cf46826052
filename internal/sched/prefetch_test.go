//go:build amd64 || arm64

package sched_test

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// The stack that is fetched ahead is the one on which a coroutine is suspended.
func TestSavedSP(t *testing.T) {
	f := newFake(t)
	var at uintptr
	b := f.spawn(func(b *body) {
		var local byte
		at = uintptr(unsafe.Pointer(&local))
		b.pause()
	})
	f.run()
	sp := b.SavedSP()
	require.Less(t, sp, at, "of another goroutine, or the runtime keeps it elsewhere now: see savedSP")
	require.Less(t, at-sp, uintptr(1024))
	b.Schedule()
	f.run()
}
