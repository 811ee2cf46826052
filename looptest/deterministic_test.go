package looptest_test

import (
	crand "crypto/rand"
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/looptest"
)

// trials is how often what is left to chance is tried.
func trials() int {
	if testing.Short() {
		return 3
	}
	return 20
}

// deterministic is Deterministic observed.
func deterministic(t *testing.T, main looptest.Main, opts ...looptest.Option) (*recorded, looptest.Result) {
	t.Helper()
	var result looptest.Result
	r := observe(t, func(tb testing.TB) {
		looptest.Deterministic(tb, main, append(opts, looptest.Report(&result))...)
	})
	return r, result
}

// spend takes n steps.
func spend(co *coro.Co, n int) error {
	for range n {
		if err := coro.Sleep(co, 0); err != nil {
			return err
		}
	}
	return nil
}

// spawn makes a task of a name.
func spawn(co *coro.Co, name string) {
	coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return coro.Sleep(co, time.Millisecond) }), coro.Name(name))
}

var served = map[string]int{"a": 1, "b": 2, "c": 3, "d": 4}

// walkingATable makes tasks in the order of a map.
func walkingATable(_ *looptest.T, co *coro.Co) error {
	for name := range served {
		spawn(co, name)
	}
	return coro.Sleep(co, time.Second)
}

// walkingAPair has the smallest map there is to walk, whose order is seldom another one.
func walkingAPair(_ *looptest.T, co *coro.Co) error {
	for name := range map[string]bool{"a": true, "b": true} {
		spawn(co, name)
	}
	return coro.Sleep(co, time.Second)
}

// lastOfTable has a value that depends on the order of a map, and nothing else that does.
func lastOfTable() (value int) {
	for _, value = range served {
	}
	return value
}

func takingANote(t *looptest.T, co *coro.Co) error {
	t.Note(lastOfTable())
	return coro.Sleep(co, time.Second)
}

func takingNoNote(_ *looptest.T, co *coro.Co) error {
	_ = lastOfTable()
	return coro.Sleep(co, time.Second)
}

func askingTheClock(_ *looptest.T, co *coro.Co) error {
	began := time.Now()
	if err := spend(co, 3); err != nil {
		return err
	}
	return coro.Sleep(co, time.Since(began))
}

func drawing(_ *looptest.T, co *coro.Co) error { return coro.Sleep(co, rand.N(time.Hour)) }

func drawingBytes(_ *looptest.T, co *coro.Co) error {
	spawn(co, crand.Text())
	return coro.Sleep(co, time.Second)
}

func selecting(_ *looptest.T, co *coro.Co) error {
	a, b := make(chan string, 100), make(chan string, 100)
	for range 5 {
		a <- "a"
		b <- "b"
		select {
		case name := <-a:
			spawn(co, name)
		case name := <-b:
			spawn(co, name)
		}
	}
	return coro.Sleep(co, time.Second)
}

func askingAGoroutine(_ *looptest.T, co *coro.Co) error {
	var answered atomic.Bool
	go answered.Store(true)
	if err := spend(co, 2); err != nil {
		return err
	}
	if answered.Load() {
		spawn(co, "the answer")
	}
	return coro.Sleep(co, time.Second)
}

func waitingForTheCollector(_ *looptest.T, co *coro.Co) error {
	collected := new(atomic.Bool)
	runtime.AddCleanup(new([64]int), func(c *atomic.Bool) { c.Store(true) }, collected)
	if err := spend(co, 9); err != nil {
		return err
	}
	if collected.Load() {
		spawn(co, "the cleanup")
	}
	return coro.Sleep(co, time.Second)
}

// usingAPool has the pool new for each trial, and not for each run.
func usingAPool() looptest.Main {
	pool := sync.Pool{New: func() any { return new(int) }}
	return func(_ *looptest.T, co *coro.Co) error {
		used := pool.Get().(*int)
		defer pool.Put(used)
		*used++
		return spend(co, *used)
	}
}

func keepingState() looptest.Main {
	var once sync.Once
	return func(_ *looptest.T, co *coro.Co) error {
		once.Do(func() { spawn(co, "first of all") })
		return coro.Sleep(co, time.Second)
	}
}

func printingAnAddress(_ *looptest.T, co *coro.Co) error {
	spawn(co, fmt.Sprintf("%p", new([64]int)))
	return coro.Sleep(co, time.Second)
}

func hashing(_ *looptest.T, co *coro.Co) error {
	return coro.Sleep(co, time.Duration(maphash.String(maphash.MakeSeed(), "a")%1000))
}

func posting(t *looptest.T, co *coro.Co) error {
	l := t.Loop()
	refused := make(chan error)
	go func() {
		_, err := l.CallSoonThreadsafe(func() {})
		refused <- err
	}()
	return <-refused
}

func receiving(_ *looptest.T, co *coro.Co) error {
	ch := make(chan int, 1)
	ch <- 1
	_, err := loop.Receive(ch)(co)
	return err
}

// always is a program that is the same for each trial.
func always(main looptest.Main) func() looptest.Main {
	return func() looptest.Main { return main }
}

// What makes programs in Go do something else each time is found each time.
func TestDeterministicFinds(t *testing.T) {
	for _, test := range []struct {
		name string
		main func() looptest.Main
		want string // in the report
	}{
		{"a map, walked", always(walkingATable), "the order of a range over a map"},
		{"a map of two", always(walkingAPair), "the order of a range over a map"},
		{"a value out of a map, noted", always(takingANote), "the order of a range over a map"},
		{"the clock", always(askingTheClock), "time.Now"},
		{"math/rand", always(drawing), "math/rand"},
		{"crypto/rand", always(drawingBytes), "crypto/rand"},
		{"select", always(selecting), "a select with two cases that are ready"},
		{"a goroutine", always(askingAGoroutine), "another goroutine"},
		{"a cleanup", always(waitingForTheCollector), "runtime.AddCleanup"},
		{"sync.Pool", usingAPool, "kept from one run to the next"},
		{"state that is kept", keepingState, "kept from one run to the next"},
		{"an address", always(printingAnAddress), "an address that is printed or hashed"},
		{"maphash", always(hashing), "math/rand"},
		{"a post from outside", always(posting), "cannot be used: nobody controls that"},
		{"a channel", always(receiving), "cannot be used: nobody controls that"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for range trials() {
				r, result := deterministic(t, test.main())
				require.Len(t, r.errors, 1)
				require.Contains(t, r.errors[0], test.want)
				require.NotEmpty(t, result.Failure)
			}
		})
	}
}

// What decides nothing that can be seen is not found.
func TestDeterministicDoesNotSeeValues(t *testing.T) {
	r, _ := deterministic(t, takingNoNote)
	require.Empty(t, r.errors)
}

// A report shows both runs where they part, and nothing that is the same in all programs.
func TestDeterministicReport(t *testing.T) {
	r, result := deterministic(t, keepingState())
	require.Equal(t, looptest.Result{Runs: 59, Failure: "run 2 is not like the first"}, result)
	require.Len(t, r.errors, 1)
	golden(t, "deterministic", r.errors[0])
}

// The first run that fails is a failure like any other.
func TestDeterministicFails(t *testing.T) {
	r, _ := deterministic(t, func(t *looptest.T, _ *coro.Co) error {
		t.Errorf("as always")
		return nil
	})
	require.Len(t, r.errors, 1)
	require.Contains(t, r.errors[0], "as always\nreplay: ")
}

// One that fails and does the same until then says so.
func TestDeterministicFailsLater(t *testing.T) {
	ran := 0
	r, _ := deterministic(t, func(t *looptest.T, _ *coro.Co) error {
		if ran++; ran == 10 {
			t.Error("the tenth")
		}
		return nil
	})
	require.Len(t, r.errors, 1)
	require.Contains(t, r.errors[0], "looptest: run 10 of 64 is not like the first")
	require.Contains(t, r.errors[0], "The same has happened in it.\nIt fails, and the first did not:\n")
}

// A program that decides everything itself is never suspected, whatever it is made of.
func TestDeterministicIsNotAlarmed(t *testing.T) {
	for seed := range uint64(trials()) {
		r, result := deterministic(t, someProgram(seed))
		require.Empty(t, r.errors, "seed %d", seed)
		require.Equal(t, 64, result.Runs)
		require.True(t, strings.HasSuffix(r.logs[0], fmt.Sprintf("hash %016x", result.Hash)), r.logs[0])
	}
}
