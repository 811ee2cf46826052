//go:build amd64 && !race

package docs

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// TestEmbeddingMemory: a loop takes the kilobytes that embedding.md says. Under the race
// detector, and where a stack begins with more than 2 kB, it takes more.
func TestEmbeddingMemory(t *testing.T) {
	for name, test := range map[string]struct {
		row       string
		kilobytes float64
		open      func() (shut func())
	}{
		"made": {"| `loop.New` and Close | 10 µs | 2 kB |", 2, func() func() {
			l := loop.New()
			return func() { _ = l.Close() }
		}},
		"has run": {"| New, a task that runs, Close | 18 µs | 6 kB,", 6, func() func() {
			l := loop.New()
			_, err := loop.RunUntilComplete(l, coro.Do1(coro.Sleep, 0))
			require.NoError(t, err)
			return func() { _ = l.Close() }
		}},
		"runs": {"| `loop.Main` with `loop.Interrupts(false)`, and its cleanup | 14 µs | 12 kB,", 12, func() func() {
			sleeps, stop := make(chan func(), 1), make(chan error, 1)
			go func() {
				stop <- loop.Main(func(co *coro.Co) error {
					l, main := loop.Of(co), co.Task()
					l.CallSoon(func() {
						sleeps <- func() { _, _ = l.CallSoonThreadsafe(func() { main.Cancel() }) }
					})
					return coro.Sleep(co, time.Hour)
				}, loop.Interrupts(false))
			}()
			cancel := <-sleeps
			return func() {
				cancel()
				<-stop
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, read(t, "embedding.md"), test.row)
			const n = 2_000
			shut := make([]func(), n)
			before := memory()
			for i := range shut {
				shut[i] = test.open()
			}
			after := memory()
			for _, shut := range shut {
				shut()
			}
			require.InEpsilon(t, test.kilobytes, float64(after-before)/n/1000, 0.25)
		})
	}
}

// memory is what the heap's objects and the stacks take.
func memory() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}
