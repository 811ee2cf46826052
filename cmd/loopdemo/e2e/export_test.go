package e2e

import (
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// An export works on a web server that knows nothing of it, below any path, and without one.
func TestExport(t *testing.T) {
	t.Parallel()
	base := served(t)
	program, err := loopdemo()
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "page")
	out, err := exec.Command(program, "export", dir).CombinedOutput()
	require.NoError(t, err, "%s", out)
	server := httptest.NewServer(http.StripPrefix("/some/where/", http.FileServer(http.Dir(dir))))
	t.Cleanup(server.Close)

	var want [][]look
	names := handful(programs(t, base))[:2]
	through := func(t *testing.T, base string) (all [][]look) {
		b := open(t, base)
		b.size(1400, 900)
		index := ""
		if strings.HasPrefix(base, "file:") {
			index = "index.html"
		}
		for _, name := range names {
			b.visit(index + "#demo=" + name)
			seen := b.walk(0, 40)
			all = append(all, seen)
		}
		b.visit(index + "#demo=gathr-tasks")
		require.Contains(t, b.text("#problem"), "Did you mean gather-tasks?")
		return all
	}
	want = through(t, base)
	t.Run("on a server", func(t *testing.T) {
		require.Equal(t, want, through(t, server.URL+"/some/where/"))
	})
	t.Run("from a disk", func(t *testing.T) {
		require.Equal(t, want, through(t, "file://"+filepath.ToSlash(dir)+"/"))
	})
}
