package testkit

import (
	"runtime"
	"testing"
)

// NeedsProcesses skips a test that starts another process where there are none.
func NeedsProcesses(t testing.TB) {
	t.Helper()
	if runtime.GOARCH == "wasm" {
		t.Skip("needs other processes, which WebAssembly does not have")
	}
}

// NeedsPreemption skips a test in which a goroutine works without pause, and the others
// have to run all the same.
func NeedsPreemption(t testing.TB) {
	t.Helper()
	if runtime.GOARCH == "wasm" {
		t.Skip("needs that goroutines are preempted, which they are not under WebAssembly")
	}
}
