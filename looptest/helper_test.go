package looptest_test

import (
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/looptest"
)

// A recorded is a test that may fail, and is looked at.
type recorded struct {
	testing.TB
	name     string
	errors   []string
	logs     []string
	skipped  bool
	failed   bool
	cleanups []func()
}

func (r *recorded) Helper()          {}
func (r *recorded) Name() string     { return r.name }
func (r *recorded) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }
func (r *recorded) Failed() bool     { return len(r.errors) > 0 || r.failed }
func (r *recorded) T() *testing.T    { return r.TB.(*testing.T) }
func (r *recorded) FailNow()         { r.failed = true; runtime.Goexit() }
func (r *recorded) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}
func (r *recorded) Log(args ...any) { r.logs = append(r.logs, fmt.Sprint(args...)) }
func (r *recorded) Logf(format string, args ...any) {
	r.logs = append(r.logs, fmt.Sprintf(format, args...))
}

func (r *recorded) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

func (r *recorded) Skip(args ...any) {
	r.Log(args...)
	r.skipped = true
	runtime.Goexit()
}

// observe runs a test apart, and returns what it has come to.
func observe(t *testing.T, test func(tb testing.TB)) *recorded {
	t.Helper()
	r := &recorded{TB: t, name: t.Name()}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			for _, f := range r.cleanups {
				f()
			}
		}()
		test(r)
	}()
	<-done
	return r
}

// explore is Explore observed.
func explore(t *testing.T, main looptest.Main, opts ...looptest.Option) (*recorded, looptest.Result) {
	t.Helper()
	var result looptest.Result
	r := observe(t, func(tb testing.TB) {
		looptest.Explore(tb, main, append([]looptest.Option{looptest.Within(time.Hour), looptest.Report(&result)}, opts...)...)
	})
	return r, result
}

// text is all that a test has failed with.
func (r *recorded) text() string { return strings.Join(r.errors, "\n") }

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a report with that of testdata. Lines of the program have no numbers in there,
// and what depends on the version of Go, or on the way to the program, is left out.
func golden(t *testing.T, name, report string) {
	t.Helper()
	file := filepath.Join("testdata", strings.ReplaceAll(name, " ", "_")+".golden")
	report = plain(report)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(file, []byte(report), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), report)
}

var (
	lineNumbers = regexp.MustCompile(`(\w+\.go):\d+`)
	directory   = path.Dir(fileOf()) + "/"
	functions   = regexp.MustCompile(`[\w./-]+/looptest_test\.[\w.()]+`)
	again       = regexp.MustCompile(`(\s+[\w/]+\.go:N\n)(\s+[\w/]+\.go:N\n)+`)
	hashes      = regexp.MustCompile(`hash: +[0-9a-f]{16}`)
	stacks      = regexp.MustCompile(`(?m)^\s*goroutine \d+ \[running\]:\n(.+\n)+`)
)

func fileOf() string {
	_, file, _, _ := runtime.Caller(0)
	return file
}

func plain(report string) string {
	report = lineNumbers.ReplaceAllString(report, "$1:N")
	report = hashes.ReplaceAllString(report, "hash: H")
	report = strings.ReplaceAll(report, directory, "")
	report = functions.ReplaceAllString(report, "F")
	report = again.ReplaceAllString(report, "$1")
	report = stacks.ReplaceAllString(report, "STACK\n")
	return strings.TrimSpace(report) + "\n"
}
