package trace_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/queues"
	"github.com/ouro-loop/ouro/trace"
)

// programs do what there is to record. Each does the same every time.
var programs = []struct {
	name string
	main func(co *coro.Co) error
}{
	{"nothing", func(*coro.Co) error { return nil }},
	{"yields and sleeps", func(co *coro.Co) error {
		for i := range 3 {
			if err := errors.Join(coro.Sleep(co, 0), coro.Sleep(co, time.Duration(i)*time.Second)); err != nil {
				return err
			}
		}
		return nil
	}},
	{"gather", func(co *coro.Co) error {
		_, err := coro.Gather(co, coro.Bind(napping, 3), coro.Bind(napping, 1), coro.Bind(napping, 2)).Await(co)
		return err
	}},
	{"group whose member fails", func(co *coro.Co) error {
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			coro.CreateTask(g, coro.Do1(nap, time.Hour), coro.Name("long"))
			coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
				return errors.Join(coro.Sleep(co, time.Second), errBoom)
			}), coro.Name("fails"))
			return nil
		})
		return expected(err, errBoom)
	}},
	{"cancel along a chain", func(co *coro.Co) error {
		a := coro.CreateTask(co, coro.Do1(nap, time.Hour), coro.Name("a"))
		b := coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return coro.Await(co, a) }), coro.Name("b"))
		c := coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return coro.Await(co, b) }), coro.Name("c"))
		if err := coro.Sleep(co, 0); err != nil {
			return err
		}
		c.Cancel("enough")
		return expected(coro.Await(co, c), future.ErrCanceled)
	}},
	{"circle", func(co *coro.Co) error {
		var a, b *coro.Task[coro.None]
		a = coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return coro.Await(co, b) }), coro.Name("a"))
		b = coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return coro.Await(co, a) }), coro.Name("b"))
		if err := errors.Join(coro.Sleep(co, 0), coro.Sleep(co, 0)); err != nil {
			return err
		}
		a.Cancel()
		_, _, err := coro.Wait(co, []*coro.Task[coro.None]{a, b})
		return err
	}},
	{"eager tasks", func(co *coro.Co) error {
		inner := func(co *coro.Co) error { return coro.Sleep(co, time.Second) }
		outer := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			coro.CreateTask(co, coro.Do(func(*coro.Co) error { return nil }), coro.Eager(true), coro.Name("at once"))
			return coro.Await(co, coro.CreateTask(co, coro.Do(inner), coro.Eager(true), coro.Name("inner")))
		}), coro.Eager(true), coro.Name("outer"))
		loop.Of(co).CallSoon(func() {
			coro.CreateTask(loop.Of(co), coro.Do(inner), coro.Eager(true), coro.Name("by a callback"))
		})
		return coro.Await(co, outer)
	}},
	{"generator", func(co *coro.Co) error {
		g := coro.NewGenerator(func(y *coro.Yielder[int]) error {
			for i := range 3 {
				if err := errors.Join(coro.Sleep(y.Co(), time.Second), y.Yield(i)); err != nil {
					return err
				}
			}
			return nil
		})
		for {
			if _, err := g.Next(co); err != nil {
				return expected(err, coro.ErrStopAsyncIteration)
			}
		}
	}},
	{"callbacks and timers", func(co *coro.Co) error {
		l, f := loop.Of(co), loop.CreateFuture[int](loop.Of(co))
		l.CallLater(time.Hour, func() {}).Cancel()
		l.CallLater(2*time.Second, func() { _ = f.SetResult(1) })
		l.CallSoon(func() { l.CallSoon(func() {}) })
		_, err := f.Await(co)
		return err
	}},
	{"posts from a callback", func(co *coro.Co) error {
		l := loop.Of(co)
		l.CallSoon(func() {
			_, _ = l.CallSoonThreadsafe(func() {})
			l.CallSoon(func() {})
			l.CallSoon(func() {})
		})
		return coro.Sleep(co, time.Second)
	}},
	{"a lock and a queue", func(co *coro.Co) error {
		var mu locks.Lock
		mu.SetName("db")
		q := queues.New[int](1)
		return coro.Group(co, func(g *coro.TaskGroup) error {
			for range 2 {
				coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
					return mu.With(co, func() error { return errors.Join(q.Put(co, 7), coro.Sleep(co, time.Second)) })
				}))
			}
			coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
				for range 2 {
					if _, err := q.Get(co); err != nil {
						return err
					}
					if err := coro.Sleep(co, time.Second); err != nil {
						return err
					}
				}
				return nil
			}), coro.Name("consumer"))
			return nil
		})
	}},
	{"names and notes", func(co *coro.Co) error {
		co.Task().SetName("héro\n")
		loop.Of(co).Recorder().Note("<b>&\x1b[31m\u2028")
		return coro.Sleep(co, time.Nanosecond)
	}},
}

var errBoom = errors.New("boom")

func nap(co *coro.Co, d time.Duration) error { return coro.Sleep(co, d) }

func napping(co *coro.Co, seconds int) (int, error) {
	return seconds, coro.Sleep(co, time.Duration(seconds)*time.Second)
}

// expected is nil for an error that was to come.
func expected(err, want error) error {
	if errors.Is(err, want) {
		return nil
	}
	return errors.Join(errors.New("not what was expected"), err)
}

// recorded is what r notes of a run of main in virtual time.
func recorded(t testing.TB, r *trace.Recorder, main func(co *coro.Co) error, opts ...loop.Option) *trace.Trace {
	t.Helper()
	require.NoError(t, loop.Main(main, append([]loop.Option{loop.VirtualTime(true), loop.Record(r)}, opts...)...))
	return r.Trace()
}

// eachTrace tests with the trace of every program, by a recorder of the last events, one that
// has lost some, and one of all.
func eachTrace(t *testing.T, test func(t *testing.T, tr *trace.Trace)) {
	for _, p := range programs {
		for _, r := range []struct {
			name string
			opts []trace.Option
		}{{"last", nil}, {"lost", []trace.Option{trace.Last(16)}}, {"full", []trace.Option{trace.Full()}}} {
			t.Run(p.name+"/"+r.name, func(t *testing.T) { test(t, recorded(t, trace.New(r.opts...), p.main)) })
		}
	}
}

func programNamed(name string) func(co *coro.Co) error {
	for _, p := range programs {
		if p.name == name {
			return p.main
		}
	}
	panic(name)
}

// untilEnd cuts what tr has of the cleanup of a Run, after the entry that ends main's.
func untilEnd(tr *trace.Trace) *trace.Trace {
	ended := false
	for i, e := range tr.Events {
		ended = ended || e.Kind == trace.Done && e.Object == 1
		if ended && e.Kind == trace.Run {
			tr.Events = tr.Events[:i+1]
			return tr
		}
	}
	return tr
}
