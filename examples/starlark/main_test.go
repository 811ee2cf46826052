package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

const printed = `
0s clock: tick
1s clock: tick
1s cook: 1
1.5s cook: 1
2s clock: tick
2s cook: 2
3s cook: 2
3s clock: tick
3s Task-1: ["SOUP", "FISH"]
3s Task-1: ["soup", "fish"] True
`

func TestProgram(t *testing.T) {
	source, err := os.ReadFile("program.star")
	require.NoError(t, err)
	var out strings.Builder
	err = run("program.star", string(source), &out, loop.VirtualTime(true))
	require.Equal(t, strings.TrimPrefix(printed, "\n"), out.String())
	require.ErrorIs(t, err, future.ErrCanceled, "of the clock")
}

func TestMisuse(t *testing.T) {
	for program, want := range map[string]string{
		`sleep("long")`:                   "sleep: string is no number of seconds",
		`spawn()`:                         "spawn: a function is missing",
		`spawn(1)`:                        "spawn: int is no function",
		`spawn(lambda: fail("x")).join()`: "fail: x",
	} {
		err := run("test.star", program, new(strings.Builder), loop.VirtualTime(true))
		require.ErrorContains(t, err, want)
	}
}
