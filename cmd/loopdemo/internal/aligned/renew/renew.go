// Package renew makes the recordings of package aligned anew: in Go from woven copies of the
// programs, and in CPython, where there is one.
package renew

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/aligned"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/demos"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/lines/weave"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/museum"
)

// Directories, from that of loopdemo on.
var (
	programDirs = []string{"internal/demos", "internal/museum"}
	helperDirs  = []string{"internal/py"}
	runsDir     = "internal/aligned/runs"
	inBubble    = "./internal/aligned/renew/inbubble"
)

// Programs are those that are recorded.
func Programs() []demos.Demo {
	programs := demos.All()
	for _, e := range museum.All() {
		programs = append(programs, e.TrapProgram, e.CureProgram)
	}
	return programs
}

// Renew is the Recordings of all programs, made in the directory of loopdemo. If python is
// "", the runs in Python are those that are there, and only those in Go are new. Its error
// says all programs whose two runs differ, and where.
func Renew(loopdemo, python string) ([]*aligned.Recording, error) {
	recordings, err := inGo(loopdemo)
	if err != nil {
		return nil, err
	}
	var errs []error
	for i, d := range Programs() {
		errs = append(errs, join(recordings[i], d, loopdemo, python))
	}
	return recordings, errors.Join(errs...)
}

// NeedsRealTime reports whether a program does something that takes time, other than on the
// loop. A loop in virtual time waits for that, and its own time stands still meanwhile.
func NeedsRealTime(p aligned.Program) bool { return strings.Contains(p.Go.Text, "time.Sleep(") }

func join(rec *aligned.Recording, d demos.Demo, loopdemo, python string) error {
	p, err := aligned.Of(d)
	if err != nil {
		return err
	}
	inPython, err := runInPython(p, rec, loopdemo, python)
	if err != nil {
		return err
	}
	return p.Join(rec, inPython)
}

func runInPython(p aligned.Program, rec *aligned.Recording, loopdemo, python string) ([]aligned.Event, error) {
	if python == "" {
		recorded, err := aligned.Load(p.Name)
		if err != nil {
			return nil, err
		}
		return recorded.InPython, nil
	}
	for _, dir := range programDirs {
		file := filepath.Join(loopdemo, dir, p.Python.File)
		if _, err := os.Stat(file); err == nil {
			return InPython(python, file, rec.Numbers)
		}
	}
	return nil, fmt.Errorf("renew: there is no %s in %v", p.Python.File, programDirs)
}

// inGo is the Recordings of all programs, without their lines in Python.
func inGo(loopdemo string) ([]*aligned.Recording, error) {
	temp, err := os.MkdirTemp("", "loopdemo")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	overlay, err := Overlay(loopdemo, temp)
	if err != nil {
		return nil, err
	}
	output := filepath.Join(temp, "recordings.json")
	cmd := exec.Command("go", "test", "-count=1", "-overlay", overlay, inBubble, "-args", "-output", output)
	cmd.Dir = loopdemo
	cmd.Env = append(os.Environ(),
		"TZ=UTC",                                    // some print the time of day
		"GOMAXPROCS=1", "GODEBUG=asyncpreemptoff=1") // threads take turns with the loop in the same way
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("renew: %w\n%s", err, bytes.TrimSpace(out))
	}
	text, err := os.ReadFile(output)
	if err != nil {
		return nil, err
	}
	var recordings []*aligned.Recording
	return recordings, json.Unmarshal(text, &recordings)
}

// Overlay writes woven copies of all programs into a directory, and the file for go build
// -overlay that puts them in place, whose path it returns. What is built with it can be
// watched.
func Overlay(loopdemo, into string) (file string, err error) {
	return weave.Overlay(into, within(loopdemo, programDirs), within(loopdemo, helperDirs))
}

func within(dir string, names []string) []string {
	paths := make([]string, len(names))
	for i, name := range names {
		paths[i] = filepath.Join(dir, name)
	}
	return paths
}

// Write puts recordings in place in the directory of loopdemo, and removes those of programs
// that there are not any more. A file that holds the same already stays as it is: another
// version of Go may compress otherwise.
func Write(loopdemo string, recordings []*aligned.Recording) error {
	dir := filepath.Join(loopdemo, runsDir)
	kept := map[string]bool{}
	for _, rec := range recordings {
		file := aligned.FileOf(rec.Program)
		kept[file] = true
		if err := write(filepath.Join(dir, file), rec); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !kept[e.Name()] {
			err = errors.Join(err, os.Remove(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

func write(file string, rec *aligned.Recording) error {
	b, err := rec.Encode()
	if err != nil {
		return err
	}
	if old, err := os.ReadFile(file); err == nil && bytes.Equal(unzip(old), unzip(b)) {
		return nil
	}
	return os.WriteFile(file, b, 0o666)
}

// unzip is what was compressed, nil if b is nothing of the kind.
func unzip(b []byte) []byte {
	zip, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil
	}
	text, err := io.ReadAll(zip)
	if err != nil {
		return nil
	}
	return text
}
