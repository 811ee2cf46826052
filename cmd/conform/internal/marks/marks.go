// Package marks connects CPython's own tests with this module's. A Go test that asks
// the same question as one of CPython's says so in a line above it,
//
//	// CPython: test_tasks.BaseTaskTests.test_cancel_yield
//
// and a method that has no meaning in Go has a line with the reason in a file
// testdata/cpython-skipped*.txt.
package marks

import (
	"bufio"
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Modules are those of CPython's test_asyncio that ask about what is here, and the one
// beside it that is about asynchronous generators.
var Modules = []string{
	"test_tasks", "test_futures", "test_futures2", "test_eager_task_factory", "test_taskgroups", "test_timeouts",
	"test_waitfor", "test_runners", "test_threads", "test_locks", "test_queues", "test_base_events",
	"test_events", "test_streams", "test_transports", "test_buffered_proto", "test_selector_events", "test_server", "test_sock_lowlevel",
	"test_staggered", "test_subprocess", "test_unix_events", "test_sendfile",
	"test_ssl", "test_sslproto",
	asyncgen,
}

const asyncgen = "test_asyncgen"

var (
	class  = regexp.MustCompile(`^class (\w+)`)
	method = regexp.MustCompile(`^    (?:async )?def (test_\w+)`)
)

// Methods lists the test methods in CPython's test_asyncio directory, each as
// module.Class.method, with the class that defines it.
func Methods(dir string) ([]string, error) {
	var methods []string
	for _, module := range Modules {
		file := filepath.Join(dir, module+".py")
		if module == asyncgen {
			file = filepath.Join(dir, "..", module+".py")
		}
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		in := ""
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			if m := class.FindStringSubmatch(lines.Text()); m != nil {
				in = m[1]
			} else if strings.HasPrefix(lines.Text(), "def ") {
				in = "" // what is defined in a function is no method
			} else if m := method.FindStringSubmatch(lines.Text()); m != nil && in != "" {
				methods = append(methods, module+"."+in+"."+m[1])
			}
		}
		if err := lines.Err(); err != nil {
			return nil, err
		}
		if err := f.Close(); err != nil {
			return nil, err
		}
	}
	return slices.Compact(methods), nil
}

// A Place is a Go test that bears marks.
type Place struct {
	File string // from the root of the module
	Test string
}

// Found is what the module says about CPython's tests.
type Found struct {
	Asked   map[string][]Place // by method
	Skipped map[string]string  // the reason, by method; "module.Class.*" stands for all of a class
}

var (
	mark = regexp.MustCompile(`^\s*// CPython: (\w+\.\w+\.\w+)\s*$`)
	test = regexp.MustCompile(`^func (Test\w+|Example\w*|Fuzz\w+)\(`)
)

// Scan looks through the module below root.
func Scan(root string) (*Found, error) {
	found := &Found{Asked: map[string][]Place{}, Skipped: map[string]string{}}
	err := fs.WalkDir(os.DirFS(root), ".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != "." && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case strings.HasSuffix(file, "_test.go"):
			return found.scanTests(root, file)
		}
		if ok, _ := path.Match("cpython-skipped*.txt", path.Base(file)); ok {
			return found.scanSkipped(root, file)
		}
		return nil
	})
	return found, err
}

// scanTests reads a file of tests. Marks before a function are its own; those inside
// belong to the function they are in.
func (f *Found) scanTests(root, file string) error {
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
	if err != nil {
		return err
	}
	in := ""             // the function that the line is in
	var pending []string // marks that stand outside of functions
	add := func(name string) { f.Asked[name] = append(f.Asked[name], Place{file, in}) }
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case mark.MatchString(line):
			name := mark.FindStringSubmatch(line)[1]
			if in == "" {
				pending = append(pending, name)
			} else {
				add(name)
			}
		case strings.HasPrefix(line, "func "):
			in = "helper"
			if m := test.FindStringSubmatch(line); m != nil {
				in = m[1]
			}
			for _, name := range pending {
				add(name)
			}
			pending = nil
			if strings.HasSuffix(line, "}") {
				in = ""
			}
		case line == "}", line == ")":
			in = ""
		}
	}
	if len(pending) > 0 {
		return fmt.Errorf("%s: marks without a test: %v", file, pending)
	}
	return nil
}

func (f *Found) scanSkipped(root, file string) error {
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, reason, ok := strings.Cut(line, ": ")
		if !ok || strings.Count(name, ".") != 2 {
			return fmt.Errorf("%s: not \"module.Class.method: reason\": %s", file, line)
		}
		f.Skipped[name] = reason
	}
	return nil
}

// Reason is why a method was skipped, "" if it was not.
func (f *Found) Reason(name string) string {
	all := name[:strings.LastIndexByte(name, '.')] + ".*"
	return cmp.Or(f.Skipped[name], f.Skipped[all])
}

// Problems are methods that nobody answers for, and marks of methods that do not
// exist.
func (f *Found) Problems(methods []string) []string {
	var problems []string
	known := map[string]bool{}
	for _, name := range methods {
		known[name] = true
		known[name[:strings.LastIndexByte(name, '.')]+".*"] = true
		switch asked, reason := f.Asked[name], f.Reason(name); {
		case asked == nil && reason == "":
			problems = append(problems, name+" has neither a test nor a reason")
		case asked != nil && f.Skipped[name] != "":
			problems = append(problems, name+" has a test, and a reason for having none")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.Asked)) {
		if !known[name] {
			problems = append(problems, name+" is marked, and is none of CPython's tests")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.Skipped)) {
		if !known[name] {
			problems = append(problems, name+" has a reason, and is none of CPython's tests")
		}
	}
	return problems
}
