package coro_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// The context of a task has the deadline and the values of the context of the run; one
// without variables has them too.
func TestContextOfTask(t *testing.T) {
	type key struct{}
	deadline := time.Now().Add(time.Hour)
	withDeadline, cancel := context.WithDeadline(context.Background(), deadline)
	defer cancel()
	for _, test := range []struct {
		name     string
		parent   context.Context
		deadline bool
		value    any
	}{
		{"of nothing", context.Background(), false, nil},
		{"of a deadline", withDeadline, true, nil},
		{"of a value", context.WithValue(context.Background(), key{}, "value"), false, "value"},
	} {
		t.Run(test.name, func(t *testing.T) {
			run(t, func(co *coro.Co) error {
				ctx := co.Context()
				at, ok := ctx.Deadline()
				require.Equal(t, test.deadline, ok)
				if ok {
					require.Equal(t, deadline, at)
				}
				require.NoError(t, ctx.Err())
				require.Equal(t, test.value, ctx.Value(key{}))
				require.Same(t, ctx, co.Context())
				return nil
			}, loop.Context(test.parent))
		})
	}
}

// A context has the variables as they were when it was given out, and a later one those of
// then; all of them end together.
func TestContextHasVariables(t *testing.T) {
	v, w := coro.NewVar("v", "default"), coro.NewVar("w", 0)
	var given []context.Context
	run(t, func(co *coro.Co) error {
		given = append(given, co.Context())
		v.Set(co, "first")
		given = append(given, co.Context())
		w.Set(co, 7)
		v.Set(co, "second")
		given = append(given, co.Context())
		require.Same(t, given[2], co.Context())
		for _, ctx := range given {
			require.NoError(t, ctx.Err())
		}
		return nil
	})
	for i, want := range [][2]any{{nil, nil}, {"first", nil}, {"second", 7}} {
		require.Equal(t, want, [2]any{given[i].Value(v), given[i].Value(w)})
		<-given[i].Done()
		require.ErrorIs(t, given[i].Err(), context.Canceled)
	}
}
