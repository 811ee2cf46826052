package bench

import (
	"testing"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/trace"
)

// BenchmarkTrace is what it costs to record what happens: nobody, a flight recorder where the
// clock costs nothing and where it is read, and one of everything. ns/event is what it is more
// than with none.
func BenchmarkTrace(b *testing.B) {
	for _, what := range []struct {
		name string
		main func(b *testing.B, co *coro.Co) (ops int, err error)
	}{
		{"call_soon,batch=1000", func(b *testing.B, co *coro.Co) (int, error) {
			l := loop.Of(co)
			for b.Loop() {
				for range 1000 {
					l.CallSoon(nothing)
				}
				if err := coro.Sleep(co, 0); err != nil {
					return 0, err
				}
			}
			return 1000 * b.N, nil
		}},
		{"call_soon,chain", func(b *testing.B, co *coro.Co) (int, error) {
			l, end := loop.Of(co), loop.CreateFuture[int](loop.Of(co))
			var next func()
			next = func() {
				if b.Loop() {
					l.CallSoon(next)
				} else {
					_ = end.SetResult(0)
				}
			}
			l.CallSoon(next)
			_, err := end.Await(co)
			return b.N, err
		}},
		{"yield", func(b *testing.B, co *coro.Co) (int, error) {
			for b.Loop() {
				if err := coro.Sleep(co, 0); err != nil {
					return 0, err
				}
			}
			return b.N, nil
		}},
		{"create_task+await", func(b *testing.B, co *coro.Co) (int, error) {
			for b.Loop() {
				if _, err := coro.CreateTask(co, one).Await(co); err != nil {
					return 0, err
				}
			}
			return b.N, nil
		}},
	} {
		off := 0.0 // of an operation, in nanoseconds
		for _, row := range []struct {
			name string
			with []trace.Option
			opts []loop.Option
		}{
			{"off", nil, []loop.Option{loop.VirtualTime(true)}},
			{"ring,virtual", []trace.Option{trace.Last(trace.DefaultLast)}, []loop.Option{loop.VirtualTime(true)}},
			{"ring,real", []trace.Option{trace.Last(trace.DefaultLast)}, nil},
			{"full", []trace.Option{trace.Full()}, []loop.Option{loop.VirtualTime(true)}},
		} {
			b.Run(what.name+"/"+row.name, func(b *testing.B) {
				var r *trace.Recorder
				opts := row.opts
				if row.with != nil {
					r = trace.New(row.with...)
					opts = append(opts, loop.Record(r))
				}
				ops, events := 0, 0
				onLoop(b, func(co *coro.Co) (err error) {
					ops, err = what.main(b, co)
					if r != nil {
						t := r.Trace()
						events = len(t.Events) + int(t.Lost)
					}
					return err
				}, opts...)
				each := float64(b.Elapsed().Nanoseconds()) / float64(ops)
				b.ReportMetric(each, "ns/each")
				if r == nil {
					off = each
					return
				}
				perOp := float64(events) / float64(ops)
				b.ReportMetric(perOp, "events/each")
				b.ReportMetric((each-off)/perOp, "ns/event")
			})
		}
	}
}
