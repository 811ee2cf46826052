package goroutine_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/internal/goroutine"
)

func TestName(t *testing.T) {
	name := goroutine.Name()
	require.Regexp(t, `^goroutine [0-9]+$`, name)
	require.Equal(t, name, goroutine.Name())
	other := make(chan string)
	go func() { other <- goroutine.Name() }()
	require.NotEqual(t, name, <-other)
}

func TestInBubble(t *testing.T) {
	require.False(t, goroutine.Bubble() != "")
	synctest.Test(t, func(t *testing.T) {
		require.True(t, goroutine.Bubble() != "")
		require.Regexp(t, `^goroutine [0-9]+$`, goroutine.Name())
	})
}
