package coro_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
)

// A variable of an interface type can be set to nil.
func TestVarSetToNil(t *testing.T) {
	v := coro.NewVar[error]("v", errors.New("default"))
	var vars coro.Vars
	token := v.Set(&vars, nil)
	value, ok := v.Lookup(&vars)
	require.NoError(t, value)
	require.True(t, ok)
	require.NoError(t, v.Reset(&vars, token))
	require.EqualError(t, v.Get(&vars), "default")
}
