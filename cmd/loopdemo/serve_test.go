package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/page"
)

// serving runs the serve command until the test ends, and returns what it has printed.
func serving(t *testing.T, address string) (printed []string) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	r, w := io.Pipe()
	cmd := newServe()
	cmd.SetArgs([]string{"--addr", address, "--live=false"})
	cmd.SetOut(w)
	ended := make(chan error, 1)
	go func() { ended <- cmd.ExecuteContext(ctx) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-ended, "an interrupt is how it ends")
	})
	lines := bufio.NewScanner(r)
	for len(printed) < 2 && lines.Scan() {
		printed = append(printed, lines.Text())
		if strings.HasPrefix(address, "127.") || strings.HasPrefix(address, "localhost") {
			return printed // that is all
		}
	}
	return printed
}

func get(t *testing.T, url string) []byte {
	t.Helper()
	answer, err := http.Get(url)
	require.NoError(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.StatusCode, "%s: %s", url, body)
	return body
}

func TestServe(t *testing.T) {
	url, rest, _ := strings.Cut(serving(t, "127.0.0.1:0")[0], " ")
	require.Regexp(t, `^http://127\.0\.0\.1:[1-9]\d*/$`, url, "the port that it really has")
	require.Equal(t, "(Ctrl-C ends it)", rest)
	require.Contains(t, string(get(t, url)), "<title>ouro")

	var index page.Index
	require.NoError(t, json.Unmarshal(get(t, url+"index.json"), &index))
	require.NotEmpty(t, index.Groups)
	for _, g := range index.Groups {
		for _, item := range g.Items {
			for _, name := range item.Programs {
				require.True(t, json.Valid(get(t, url+"programs/"+name+".json")))
			}
		}
	}
}

func TestServeToOthers(t *testing.T) {
	if runtime.GOOS == "js" {
		t.Skip("the network there is inside of the process, and has no others")
	}
	printed := serving(t, ":0")
	require.Regexp(t, `^http://localhost:[1-9]\d*/ `, printed[0])
	require.Regexp(t, `^Others can see it too: it listens on (\[::\]|0\.0\.0\.0):\d+, as --addr says\.$`, printed[1])
}

func TestServeOnPortInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	_, stderr, status := loopdemo(t, "serve", "--addr", l.Addr().String())
	require.Equal(t, 1, status)
	require.Equal(t, "loopdemo: "+l.Addr().String()+" is in use; port 0 takes one that is free\n", stderr)
}

func TestExport(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "page")
	require.Equal(t, "The page is in "+dir+": open index.html.\n", succeed(t, "export", "--live=false", dir))
	html, err := os.ReadFile(filepath.Join(dir, "index.html"))
	require.NoError(t, err)
	require.Contains(t, string(html), "<title>ouro")

	other := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(other, "thesis.txt"), nil, 0o600))
	stdout, stderr, status := loopdemo(t, "export", "--live=false", other)
	require.Equal(t, 1, status)
	require.Empty(t, stdout)
	require.Equal(t, "loopdemo: "+other+" is not empty, and is no earlier export: nothing is written\n", stderr)
}
