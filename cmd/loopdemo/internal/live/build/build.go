// Package build makes the program that a browser runs live, where there is Go and the sources
// that this program was built from.
package build

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/aligned/renew"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/library"
)

// Library is a page.LiveLibrary. The program is built when somebody first asks for it, which
// takes some seconds.
type Library struct {
	library.Library
	dir   string // of loopdemo's sources
	built func() ([]byte, error)
}

// New is a Library, or an error that says why there can be none here.
func New() (*Library, error) {
	dir, err := sources()
	if err != nil {
		return nil, err
	}
	if _, err := exec.LookPath("go"); err != nil {
		return nil, errors.New("live runs need a go command, to build what the browser runs")
	}
	return &Library{dir: dir, built: sync.OnceValues(func() ([]byte, error) { return build(dir) })}, nil
}

// sources is the directory of loopdemo, if this program was built from what is there.
func sources() (string, error) {
	_, file, _, _ := runtime.Caller(0)
	dir := filepath.Join(filepath.Dir(file), "..", "..", "..") // of cmd/loopdemo/internal/live/build
	if _, err := os.Stat(filepath.Join(dir, "main.go")); err != nil || !filepath.IsAbs(dir) {
		return "", errors.New("live runs need the sources of loopdemo, to build what the browser runs")
	}
	return dir, nil
}

// Live is one of the two files of live runs.
func (l *Library) Live(file string) ([]byte, error) {
	switch file {
	case "ouro.wasm":
		return l.built()
	case "wasm_exec.js":
		root, err := l.golang("env", "GOROOT")
		if err != nil {
			return nil, err
		}
		return os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", file))
	}
	return nil, fmt.Errorf("build: there is no %s", file)
}

func (l *Library) golang(args ...string) ([]byte, error) {
	return run(exec.Command("go", args...), l.dir)
}

func build(dir string) ([]byte, error) {
	temp, err := os.MkdirTemp("", "loopdemo")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	overlay, err := renew.Overlay(dir, temp)
	if err != nil {
		return nil, err
	}
	output := filepath.Join(temp, "ouro.wasm")
	cmd := exec.Command("go", "build", "-overlay", overlay, "-trimpath", "-ldflags=-s -w", "-o", output, "./internal/live/browser")
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if _, err := run(cmd, dir); err != nil {
		return nil, err
	}
	return os.ReadFile(output)
}

// run runs a command in a directory. The error has what it has written.
func run(cmd *exec.Cmd, dir string) ([]byte, error) {
	var failed bytes.Buffer
	cmd.Dir, cmd.Stderr = dir, &failed
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("build: %v: %w\n%s", cmd, err, bytes.TrimSpace(failed.Bytes()))
	}
	return out, nil
}
