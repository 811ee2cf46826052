package build_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/live/build"
)

// realTime are programs that take real time, or tell the time of day: no two runs of them are
// equal.
var realTime = map[string]bool{"to-thread": true, "blocking-the-loop/trap": true, "blocking-the-loop/cure": true}

// TestLiveIsRecorded: a live run, as WebAssembly, is the recorded one, step by step.
func TestLiveIsRecorded(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it builds a program")
	}
	if runtime.GOOS == "js" {
		t.Skip("no process can be started there")
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("there is no node on the PATH")
	}
	lib, err := build.New()
	require.NoError(t, err)
	dir := t.TempDir()
	args := []string{"--stack-size=8192", "testdata/run.js"}
	for _, file := range []string{"wasm_exec.js", "ouro.wasm"} {
		content, err := lib.Live(file)
		require.NoError(t, err)
		path := filepath.Join(dir, file)
		require.NoError(t, os.WriteFile(path, content, 0o666))
		args = append(args, path)
	}
	var names []string
	for _, g := range lib.Index().Groups {
		for _, item := range g.Items {
			for _, name := range item.Programs {
				if !realTime[name] {
					names = append(names, name)
				}
			}
		}
	}
	cmd := exec.Command(node, append(args, names...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	documents := bytes.Split(bytes.TrimSuffix(out, []byte("\n")), []byte("\n"))
	require.Len(t, documents, len(names))
	for i, name := range names {
		recorded, err := lib.Program(name)
		require.NoError(t, err)
		require.JSONEq(t, string(recorded), string(documents[i]), name)
	}
}

func TestLiveUnknown(t *testing.T) {
	if runtime.GOOS == "js" {
		t.Skip("no process can be started there")
	}
	lib, err := build.New()
	require.NoError(t, err)
	_, err = lib.Live("ouro.exe")
	require.EqualError(t, err, "build: there is no ouro.exe")
}
