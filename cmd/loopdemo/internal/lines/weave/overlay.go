package weave

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Overlay writes woven copies of sources into the directory into, and the file for
// go build -overlay that puts them in place, whose path it returns.
//
// The programs in the directories of programs tell their lines. A program is a Go file that
// has the same program in Python beside it, as x.py or x_asyncio.py. The files in the
// directories of helpers, which print for programs, tell only what they print.
func Overlay(into string, programs, helpers []string) (file string, err error) {
	into, err = filepath.Abs(into)
	if err != nil {
		return "", err
	}
	o := overlay{into: into, Replace: map[string]string{}}
	for _, dir := range programs {
		if err := o.add(dir, isProgram, Lines); err != nil {
			return "", err
		}
	}
	for _, dir := range helpers {
		if err := o.add(dir, isSource, Prints); err != nil {
			return "", err
		}
	}
	text, err := json.MarshalIndent(o, "", "\t")
	if err != nil {
		return "", err
	}
	file = filepath.Join(into, "overlay.json")
	return file, os.WriteFile(file, text, 0o666)
}

// overlay is what go build -overlay reads.
type overlay struct {
	Replace map[string]string // the path of each copy, by that of its original
	into    string
}

// add weaves the files of a directory that are chosen.
func (o *overlay) add(dir string, chosen func(path string) bool, weave func(name, text string) (string, error)) error {
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return err
	}
	paths = slices.DeleteFunc(paths, func(path string) bool { return !chosen(path) })
	if len(paths) == 0 {
		return fmt.Errorf("weave: nothing to weave in %s", dir)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		woven, err := weave(path, string(text))
		if err != nil {
			return err
		}
		original, err := filepath.Abs(path)
		if err != nil {
			return err
		}
		copied := filepath.Join(o.into, fmt.Sprintf("%d_%s", len(o.Replace), filepath.Base(path)))
		if err := os.WriteFile(copied, []byte(woven), 0o666); err != nil {
			return err
		}
		o.Replace[original] = copied
	}
	return nil
}

func isSource(path string) bool { return !strings.HasSuffix(path, "_test.go") }

// isProgram reports whether the program of a Go file is there in Python, too.
func isProgram(path string) bool { return pythonOf(path) != "" }

// pythonOf is the path of the same program in Python, "" if there is none.
func pythonOf(path string) string {
	base := strings.TrimSuffix(path, ".go")
	for _, python := range []string{base + ".py", base + "_asyncio.py"} {
		if _, err := os.Stat(python); err == nil {
			return python
		}
	}
	return ""
}
