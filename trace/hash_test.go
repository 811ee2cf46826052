package trace_test

import (
	"errors"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/trace"
)

// TestSame: a program is recorded as the same, whoever runs its entries, and whatever records
// it.
func TestSame(t *testing.T) {
	runForever := func(l *loop.Loop) error { return l.RunForever() }
	for _, p := range programs {
		t.Run(p.name, func(t *testing.T) {
			want := driven(t, trace.New(), p.main, runForever)
			for _, test := range []struct {
				name string
				r    *trace.Recorder
				run  func(l *loop.Loop) error
				opts []loop.Option
			}{
				{"again", trace.New(), runForever, nil},
				{"larger ring", trace.New(trace.Last(100_000)), runForever, nil},
				{"full", trace.New(trace.Full()), runForever, nil},
				{"debug", trace.New(), runForever, []loop.Option{loop.Debug(true)}},
				{"regions", trace.New(), runForever, []loop.Option{loop.Regions(true)}},
				{"hosting off", trace.New(), hosted(0), nil},
				{"hosting 1", trace.New(), hosted(1), nil},
				{"hosting 64", trace.New(), hosted(64), nil},
				{"one processor", trace.New(), processors(1), nil},
				{"8 processors", trace.New(), processors(8), nil},
				{"step by step", trace.New(), steps(), nil},
				{"entry by entry", trace.New(), steps(loop.MaxEntries(1)), nil},
				{"idle to idle", trace.New(), func(l *loop.Loop) error {
					return errors.Join(l.RunUntilIdle(), l.AdvanceTo(coro.Forever))
				}, nil},
			} {
				t.Run(test.name, func(t *testing.T) {
					got := driven(t, test.r, p.main, test.run, test.opts...)
					require.Equal(t, essence(want), essence(got))
					require.Equal(t, want.Hash(), got.Hash())
				})
			}
		})
	}
}

// TestSameBytes: the same program is the same bytes.
func TestSameBytes(t *testing.T) {
	for _, p := range programs {
		t.Run(p.name, func(t *testing.T) {
			for _, opts := range [][]trace.Option{nil, {trace.Full()}} {
				run := func(processors int) string {
					defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
					return jsonOf(t, recorded(t, trace.New(opts...), p.main))
				}
				require.Equal(t, run(1), run(8))
			}
		})
	}
}

// driven is what r notes while run runs main to its end.
func driven(t *testing.T, r *trace.Recorder, main func(co *coro.Co) error, run func(l *loop.Loop) error, opts ...loop.Option) *trace.Trace {
	t.Helper()
	l := loop.New(append(opts, loop.VirtualTime(true), loop.Record(r), loop.SlowCallback(time.Hour))...)
	task := coro.CreateTask(l, coro.Do(main))
	if err := run(l); err != nil {
		var nothing *loop.DeadlockError
		require.ErrorAs(t, err, &nothing)
		require.Empty(t, nothing.Tasks)
	}
	require.True(t, task.Done())
	require.NoError(t, task.Err())
	require.NoError(t, l.Close())
	return r.Trace()
}

func hosted(n int) func(l *loop.Loop) error {
	return func(l *loop.Loop) error {
		(*sched.Scheduler)(l.Scheduler()).SetMaxHosted(n)
		return l.RunForever()
	}
}

func processors(n int) func(l *loop.Loop) error {
	return func(l *loop.Loop) error {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(n))
		return l.RunForever()
	}
}

func steps(limits ...loop.Limit) func(l *loop.Loop) error {
	return func(l *loop.Loop) error {
		for {
			if err := l.Step(limits...); err != nil {
				return err
			}
			if !l.Idle() {
				continue
			}
			next := l.NextDeadline()
			if next == coro.Forever {
				return nil
			}
			if err := l.AdvanceTo(next); err != nil {
				return err
			}
		}
	}
}

// essence are the events without those that tell how the loop was driven, and those of a
// recorder of all.
func essence(tr *trace.Trace) (events []trace.Event) {
	for _, e := range tr.Events {
		switch e.Kind {
		case trace.Wait, trace.Hold, trace.Note:
		default:
			events = append(events, e)
		}
	}
	return events
}

func TestHashTellsApart(t *testing.T) {
	hashes := map[uint64]string{}
	for _, p := range programs {
		hash := recorded(t, trace.New(), p.main).Hash()
		require.Emptyf(t, hashes[hash], "%s", p.name)
		hashes[hash] = p.name
	}

	pair := func(first, second string) uint64 {
		return recorded(t, trace.New(), func(co *coro.Co) error {
			for _, what := range []string{first, second} {
				if what == "call" {
					loop.Of(co).CallSoon(func() {})
				} else {
					coro.CreateTask(co, coro.Do1(nap, 0))
				}
			}
			return coro.Sleep(co, time.Second)
		}).Hash()
	}
	require.NotEqual(t, pair("call", "task"), pair("task", "call"), "a pair of pushes that is swapped")
}

// Each number of an event counts, and each event in its place; texts and names do not.
func TestHash(t *testing.T) {
	tr := recorded(t, trace.New(), programNamed("cancel along a chain"))
	want := tr.Hash()
	for i := range tr.Events {
		before := slices.Clone(tr.Events)
		for _, change := range []func(e *trace.Event){
			func(e *trace.Event) { e.What++ },
			func(e *trace.Event) { e.Cause++ },
			func(e *trace.Event) { e.Task++ },
			func(e *trace.Event) { e.Entry++ },
			func(e *trace.Event) { e.Object++ },
			func(e *trace.Event) { e.Arg++ },
			func(e *trace.Event) { e.Time++ },
		} {
			change(&tr.Events[i])
			changed := tr.Hash()
			switch before[i].Kind {
			case trace.Wait, trace.Hold, trace.Note:
				require.Equal(t, want, changed)
			default:
				require.NotEqual(t, want, changed)
			}
			tr.Events = slices.Clone(before)
		}
		if i > 0 && essential(before[i-1]) && essential(before[i]) {
			tr.Events[i-1], tr.Events[i] = tr.Events[i], tr.Events[i-1]
			require.NotEqual(t, want, tr.Hash(), "two events that are swapped")
			tr.Events = before
		}
	}
	require.NotEqual(t, want, (&trace.Trace{Events: tr.Events[:len(tr.Events)-2]}).Hash())

	named := func(name string) uint64 {
		return recorded(t, trace.New(), func(co *coro.Co) error {
			return coro.Await(co, coro.CreateTask(co, coro.Do1(nap, 0), coro.Name(name)))
		}).Hash()
	}
	require.Equal(t, named("a"), named("b"))
}

func essential(e trace.Event) bool {
	return e.Kind != trace.Wait && e.Kind != trace.Hold && e.Kind != trace.Note
}
