package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// program is a module that has what the tool knows of the library, and a program beside it.
var program = map[string]string{
	"go.mod": "module github.com/ouro-loop/ouro\n\ngo 1.26\n",
	"coro/coro.go": `package coro

type Co struct{}
`,
	"examples/clock/clock.go": `package clock

import "time"

func Stamp() int64 { return time.Now().Unix() }
`,
	"examples/shop/main.go": `package main

import (
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/examples/clock"
)

func open(co *coro.Co) { fmt.Println(clock.Stamp()) }

func main() { open(nil) }
`,
}

// TestBothUses: go vet runs the tool, package by package, and the tool runs without it.
func TestBothUses(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds")
	}
	tool := filepath.Join(t.TempDir(), "ourovet.exe")
	out, err := exec.Command("go", "build", "-o", tool, ".").CombinedOutput()
	require.NoError(t, err, string(out))

	dir := t.TempDir()
	for name, text := range program {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
	}
	for _, command := range [][]string{{"go", "vet", "-vettool=" + tool, "./..."}, {tool, "./..."}} {
		cmd := exec.Command(command[0], command[1:]...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
		out, err := cmd.CombinedOutput()
		require.Error(t, err, "what is found is an error")
		require.Regexp(t, `main.go:10:\d+: clock.Stamp, which leads to time.Now \(clock.go:5\), in a coroutine: use loop.Of`, string(out))
		require.NotContains(t, string(out), "fmt.Println", "the standard library is not looked into")
	}
}
