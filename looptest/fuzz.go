package looptest

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/ouro-loop/ouro/looptest/internal/search"
)

// Fuzz has Go's fuzzer choose, by go test -fuzz: its bytes are the choices of a run, one byte
// each, and the usual ones behind the last. The fuzzer keeps what comes to lines that no other run
// has come to, and goes on from there. So it finds schedules of many picks that each have to be
// right, if the program has other lines to run after each; nothing else does.
//
//	func FuzzElection(f *testing.F) {
//		looptest.Fuzz(f, func(t *looptest.T, co *coro.Co) error { ... })
//	}
//
// Bytes that fail the fuzzer keeps in testdata/fuzz, from where go test runs them again; beside
// them is told the shortest schedule that fails the same way. That is looked for in each of the
// runs in which the fuzzer makes its bytes shorter, of which a few are enough:
//
//	go test -run '^$' -fuzz '^FuzzElection$' -fuzztime 60s -fuzzminimizetime 10x
//
// Without -fuzz, go test runs main by the usual schedule, and by what is in testdata/fuzz. Runs and
// Within mean nothing here, nor does Sometimes.
func Fuzz(f *testing.F, main Main, opts ...Option) {
	f.Helper()
	f.Add([]byte(nil))
	f.Fuzz(func(t *testing.T, bytes []byte) { fuzz(t, f.Name(), bytes, main, opts) })
}

// fuzz makes the run that bytes stand for. Name is that of the whole test.
func fuzz(tb testing.TB, name string, bytes []byte, main Main, opts []Option) {
	tb.Helper()
	x := newExplorer(tb, main, opts)
	defer x.end()
	x.name = name + "/seed#0" // which there always is, and only once
	x.fuzzed, x.goroutines = true, runtime.NumGoroutine()
	if x.replays() {
		return
	}
	r := x.once(search.NewBytes(bytes))
	x.ran = 1
	if r.skipped || !r.failed() {
		x.pass(r)
		return
	}
	x.shrunk(r, fmt.Sprintf("the run of the fuzzer's bytes %q", bytes))
}
