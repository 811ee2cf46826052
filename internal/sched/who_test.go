package sched_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/internal/goroutine"
	"github.com/ouro-loop/ouro/internal/sched"
)

// A loop whose goroutines are tracked pays with no look at the stack for each post and each worker, as
// one with context variables does, where goroutines have keys.
func TestTrackingLooksAtNoStack(t *testing.T) {
	if !goroutine.HasKeys {
		t.Skip("goroutines have no keys here")
	}
	sched.Unset(t)
	newFake(t).Track()
	require.False(t, sched.IsSet())
}
