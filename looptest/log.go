package looptest

import (
	"fmt"
	"io"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/ouro-loop/ouro/internal/frames"
)

// What a T is told in place of the test's own t. It is the run's until that is over, and most runs
// pass.

func (t *T) Fail()        { t.run().fail(failure{"test", "the test has failed without a word"}) }
func (t *T) Failed() bool { return t.owner.failed() }

func (t *T) FailNow() {
	t.Fail()
	t.run().left = true
	runtime.Goexit()
}

func (t *T) Log(args ...any)                 { t.run().log(fmt.Sprintln(args...)) }
func (t *T) Logf(format string, args ...any) { t.run().log(fmt.Sprintf(format, args...)) }

func (t *T) Error(args ...any)                 { t.run().errorf(fmt.Sprintln(args...)) }
func (t *T) Errorf(format string, args ...any) { t.run().errorf(fmt.Sprintf(format, args...)) }

func (t *T) Fatal(args ...any) {
	t.run().errorf(fmt.Sprintln(args...))
	t.FailNow()
}

func (t *T) Fatalf(format string, args ...any) {
	t.run().errorf(fmt.Sprintf(format, args...))
	t.FailNow()
}

func (t *T) Skip(args ...any) {
	t.run().log(fmt.Sprintln(args...))
	t.SkipNow()
}

func (t *T) Skipf(format string, args ...any) {
	t.run().log(fmt.Sprintf(format, args...))
	t.SkipNow()
}

// SkipNow skips the whole test.
func (t *T) SkipNow() {
	t.run().skipped, t.run().left = true, true
	runtime.Goexit()
}

func (t *T) Skipped() bool { return t.owner.skipped }

// Output is where a logger can write to.
func (t *T) Output() io.Writer { return (*output)(t.run()) }

type output run

func (o *output) Write(p []byte) (int, error) {
	(*run)(o).said.Write(p)
	return len(p), nil
}

func (r *run) errorf(text string) {
	text = ownTrace(strings.TrimSuffix(text, "\n"))
	r.say(text)
	r.fail(failure{"test", text})
}

func (r *run) log(text string) { r.say(strings.TrimSuffix(text, "\n")) }

// say notes a text as package testing prints it, with the line of the test that it is from.
func (r *run) say(text string) {
	fmt.Fprintf(&r.said, "%s: %s\n", r.caller(), strings.ReplaceAll(text, "\n", "\n    "))
}

// ownTrace is text without the lines of an error trace of package testify that are not of the
// program: what lies below a coroutine.
func ownTrace(text string) string {
	lines := strings.Split(text, "\n")
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool {
		file, number, ok := strings.Cut(strings.TrimSpace(line), ":")
		_, err := strconv.Atoi(number)
		return ok && err == nil && path.IsAbs(file) && !frames.IsUser(file)
	}), "\n")
}

// caller is the line that says something: the first that is none of this package, of package
// testify, nor of a helper.
func (r *run) caller() string {
	var pcs [64]uintptr
	callers := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for {
		f, more := callers.Next()
		if !frames.IsCore(f.File) && !strings.Contains(f.Function, "/testify/") && !r.isHelper(f) {
			return fmt.Sprintf("%s:%d", path.Base(f.File), f.Line)
		}
		if !more {
			return "???"
		}
	}
}

// isHelper reports whether a function has called Helper.
func (r *run) isHelper(f runtime.Frame) bool {
	for pc := range r.helpers {
		if helper, _ := runtime.CallersFrames([]uintptr{pc}).Next(); helper.Function == f.Function {
			return true
		}
	}
	return false
}
