package demos_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/demos"
)

// Every program in the directory is a demo, and every demo has its two programs.
func TestNoneForgotten(t *testing.T) {
	want := []string{"demos.go", "demos_test.go"}
	for _, d := range demos.All() {
		inGo, inPython, err := d.Sources()
		require.NoError(t, err)
		require.Equal(t, strings.ReplaceAll(d.Name, "-", "_")+".go", inGo.File)
		want = append(want, inGo.File, inPython.File)
	}
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	var got []string
	for _, e := range entries {
		if !e.IsDir() { // __pycache__
			got = append(got, e.Name())
		}
	}
	require.ElementsMatch(t, want, got)
}
