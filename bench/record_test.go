package bench

import (
	"io"
	"testing"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// BenchmarkRecordTo is what it costs to record what enters a loop, per entry and per reading of
// the clock; the rival is the same without.
func BenchmarkRecordTo(b *testing.B) {
	for _, program := range []struct {
		name string
		leaf func(*tree) (sleeps bool)
	}{
		{"tree", func(*tree) bool { return false }},
		{"tree-io", func(*tree) bool { return true }},
	} {
		for _, mode := range []struct {
			name string
			opts []loop.Option
		}{
			{"off", nil},
			{"on", []loop.Option{loop.RecordTo(io.Discard)}},
		} {
			b.Run(program.name+"/"+mode.name, func(b *testing.B) {
				onLoop(b, func(co *coro.Co) error {
					run := func() error { return await(co, newTree(program.leaf).node(levels)) }
					if err := run(); err != nil { // the heap has its size then
						return err
					}
					cost := measure(b)
					for b.Loop() {
						if err := run(); err != nil {
							return err
						}
					}
					cost.report()
					return nil
				}, mode.opts...)
			})
		}
	}
	b.Run("sleep/off", func(b *testing.B) { benchmarkSleeps(b) })
	b.Run("sleep/on", func(b *testing.B) { benchmarkSleeps(b, loop.RecordTo(io.Discard)) })
}

// benchmarkSleeps is an await of a sleep that is over at once.
func benchmarkSleeps(b *testing.B, opts ...loop.Option) {
	onLoop(b, func(co *coro.Co) error {
		cost := measure(b)
		for b.Loop() {
			if err := coro.Sleep(co, time.Nanosecond); err != nil {
				return err
			}
		}
		cost.report()
		return nil
	}, opts...)
}
