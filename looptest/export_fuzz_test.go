package looptest

import "testing"

// OneInput is what Fuzz does with one input.
func OneInput(tb testing.TB, bytes []byte, main Main, opts ...Option) {
	fuzz(tb, tb.Name(), bytes, main, opts)
}
