package page_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/page"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/page/sample"
)

// tree are the files of a directory, by their names with slashes.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		files[name] = string(content)
		return err
	}))
	return files
}

func TestExport(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "yet")
	require.NoError(t, page.Export(dir, sample.Library()))
	files := tree(t, dir)
	names := slices.Sorted(maps.Keys(files))
	require.Equal(t, []string{
		"chevron.svg", "early.js", "icon.svg", "index.html", "index.js", "live-worker.js", "narrow.css", "ouro-export.txt",
		"page.js", "print.css", "programs/gather-tasks.js", "programs/lost-result/cure.js", "programs/lost-result/trap.js",
		"style.css", "theme.css",
	}, names)

	// A browser neither fetches nor loads modules from a disk.
	require.NotContains(t, files["index.html"], "module")
	require.Contains(t, files["index.html"], `data-library="scripts"`)
	require.Contains(t, files["index.html"], `http-equiv="Content-Security-Policy" content="default-src 'none';`)
	require.NotContains(t, files["index.html"], "unsafe-inline")
	require.NotRegexp(t, `(?m)^\s*(import|export)\b`, files["page.js"])
	require.True(t, strings.HasPrefix(files["programs/lost-result/trap.js"], `ouroDocument("programs/lost-result/trap", {"name":"lost-result/trap",`))

	other := t.TempDir()
	require.NoError(t, page.Export(other, sample.Library()))
	require.Equal(t, files, tree(t, other), "the same bytes")
}

// An earlier export is replaced, with what it had that there is no more; the rest of the directory stays.
func TestExportAgain(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, page.Export(dir, sample.Library()))
	first := tree(t, dir)
	write := func(name, content string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	outside := filepath.Join(filepath.Dir(dir), "outside.txt")
	require.NoError(t, os.WriteFile(outside, nil, 0o600))
	write("page.js", "damaged")
	write("old.js", "of a page before this one")
	write("notes.txt", "the user's")
	write("ouro-export.txt", first["ouro-export.txt"]+"old.js\n../outside.txt\n")
	require.NoError(t, page.Export(dir, sample.Library()))

	want := first
	want["notes.txt"] = "the user's"
	require.Equal(t, want, tree(t, dir))
	require.FileExists(t, outside)
}

func TestExportRefuses(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	for _, list := range []string{"", "something else\nindex.html\n"} {
		require.NoError(t, os.WriteFile(file, []byte("the user's"), 0o600))
		if list != "" {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "ouro-export.txt"), []byte(list), 0o600))
		}
		before := tree(t, dir)
		require.EqualError(t, page.Export(dir, sample.Library()), dir+" is not empty, and is no earlier export: nothing is written")
		require.Equal(t, before, tree(t, dir))
	}
	require.Error(t, page.Export(file, sample.Library()), "a file")
}

// A failure leaves what was there, and nothing where nothing was.
func TestExportFails(t *testing.T) {
	broken := &counting{Library: sample.Library(), err: fs.ErrInvalid}
	fresh := filepath.Join(t.TempDir(), "fresh")
	require.ErrorIs(t, page.Export(fresh, broken), fs.ErrInvalid)
	require.NoDirExists(t, fresh)

	old := t.TempDir()
	require.NoError(t, page.Export(old, sample.Library()))
	before := tree(t, old)
	require.Error(t, page.Export(old, broken))
	require.Equal(t, before, tree(t, old))

	if runtime.GOOS == "windows" || os.Getuid() == 0 {
		t.Log("whoever may write everywhere cannot be refused")
		return
	}
	require.NoError(t, os.Chmod(old, 0o500))
	t.Cleanup(func() { _ = os.Chmod(old, 0o700) })
	require.ErrorIs(t, page.Export(old, sample.Library()), fs.ErrPermission)
	require.Equal(t, before, tree(t, old))
}

type named string

func (n named) Index() page.Index {
	return page.Index{Groups: []page.Group{{Items: []page.Item{{Name: "x", Programs: []string{string(n)}}}}}}
}
func (named) Program(string) ([]byte, error) { return []byte("{}"), nil }

// Names are of the library's author, but a directory is the user's.
func TestExportStaysInside(t *testing.T) {
	dir := t.TempDir()
	require.ErrorContains(t, page.Export(filepath.Join(dir, "page"), named("../../outside")), "no name for a file")
	require.Empty(t, tree(t, dir))
}

func TestExportLive(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, page.Export(dir, live{sample.Library()}))
	files := tree(t, dir)
	require.Equal(t, "the content of ouro.wasm", files["ouro.wasm"])
	require.Equal(t, "the content of wasm_exec.js", files["wasm_exec.js"])
	require.Contains(t, files["index.js"], `"live":true`)
}
