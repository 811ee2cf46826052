package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/loop"
)

const printed = `
0s go 3
1s go 2
1s soup 1
1.5s fish 1
2s go 1
2s soup 2
3s fish 2
3s served: soup, fish
4s pie 1
5s pie 2
5s caught: burnt
`

func TestProgram(t *testing.T) {
	source, err := os.ReadFile("program.js")
	require.NoError(t, err)
	var out strings.Builder
	err = run(string(source), &out, loop.VirtualTime(true))
	require.ErrorContains(t, err, "the kitchen is closed")
	require.Equal(t, strings.TrimPrefix(printed, "\n"), out.String())
}

// What nothing will ever resolve is a deadlock, and said to be one.
func TestDeadlock(t *testing.T) {
	err := run("new Promise(() => {})", new(strings.Builder), loop.VirtualTime(true))
	var deadlock *loop.DeadlockError
	require.ErrorAs(t, err, &deadlock)
}
