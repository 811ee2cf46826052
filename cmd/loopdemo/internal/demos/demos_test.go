package demos_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/demos"
)

// A demo of one's own is to say where its sources are.
func TestNoSources(t *testing.T) {
	_, _, err := demos.Demo{Name: "mine"}.Sources()
	require.EqualError(t, err, `demos: "mine" has no sources; give them with From`)

	files := fstest.MapFS{"a.go": {Data: []byte("package a\n")}}
	_, _, err = demos.Demo{Name: "mine"}.From(files, "a.go", "a.py").Sources()
	require.ErrorIs(t, err, fs.ErrNotExist)
}

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
