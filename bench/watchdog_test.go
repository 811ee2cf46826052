package bench

import (
	"testing"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// BenchmarkWatchdog is what a watchdog costs: a callback, a step of a task that yields
// alone, one of two that take turns, and a task that ends at once, without one and with one.
func BenchmarkWatchdog(b *testing.B) {
	for _, test := range []struct {
		name string
		main func(b *testing.B, co *coro.Co) error
	}{
		{"call_soon", func(b *testing.B, co *coro.Co) error {
			const n = 1000
			l := loop.Of(co)
			cost := measure(b)
			for i := 0; b.Loop(); i++ {
				l.CallSoon(nothing)
				if i%n == 0 {
					if err := coro.Sleep(co, 0); err != nil {
						return err
					}
				}
			}
			cost.report()
			return nil
		}},
		{"yield=1", yielding},
		{"yield=2", func(b *testing.B, co *coro.Co) error {
			other := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				for {
					if err := coro.Sleep(co, 0); err != nil {
						return err
					}
				}
			}))
			defer other.Cancel()
			return yielding(b, co)
		}},
		{"create_task+await", func(b *testing.B, co *coro.Co) error {
			cost := measure(b)
			for b.Loop() {
				if err := await(co, coro.CreateTask(co, one)); err != nil {
					return err
				}
			}
			cost.report()
			return nil
		}},
	} {
		run := func(opts ...loop.Option) func(b *testing.B) {
			return func(b *testing.B) {
				onLoop(b, func(co *coro.Co) error { return test.main(b, co) }, opts...)
			}
		}
		b.Run(test.name+"/off", run())
		b.Run(test.name+"/on", run(loop.Watchdog(100*time.Millisecond, func(loop.Stall) {})))
	}
}

func yielding(b *testing.B, co *coro.Co) error {
	cost := measure(b)
	for b.Loop() {
		if err := coro.Sleep(co, 0); err != nil {
			return err
		}
	}
	cost.report()
	return nil
}
