package loop_test

import (
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/trace"
)

var (
	silently = loop.OnException(func(*loop.Loop, future.ErrorContext) {})
	lines    = regexp.MustCompile(`[^ "(]*_test\.go:\d+`)
)

// A trouble is one call of OnTrouble: why, and the last events with names.
type trouble struct {
	why  string
	last []string
}

// troubles has a recorder note the troubles of a loop.
func troubles(opts ...trace.Option) (r *trace.Recorder, found *[]trouble) {
	found = new([]trouble)
	return trace.New(append(opts, trace.OnTrouble(func(why string, t *trace.Trace) {
		tr := trouble{why: why}
		for _, e := range t.Events[max(0, len(t.Events)-3):] {
			line := strings.TrimSpace(fmt.Sprint(e.Kind, " ", e.What))
			if id := max(e.Task, uint32(e.Object)); id != 0 && e.Kind != trace.Timer {
				line += " " + t.Task(id).Name
			}
			tr.last = append(tr.last, line)
		}
		*found = append(*found, tr)
	}))...), found
}

func TestTrouble(t *testing.T) {
	boom := func(*coro.Co) error { panic("boom\nand more") }
	for _, test := range []struct {
		name string
		main func(co *coro.Co) error
		why  []string
		last []string // before the first
	}{
		{
			"deadlock", func(co *coro.Co) error {
				_, err := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
					_, err := loop.CreateFuture[int](loop.Of(co)).Await(co)
					return err
				}), coro.Name("stuck")).Await(co)
				return err
			},
			[]string{"loop: deadlock: nothing is ready, no timer is set, and nothing else is at work"},
			[]string{"run step stuck", "await future stuck", "wait"},
		},
		{
			"stuck clock", func(co *coro.Co) error {
				for {
					if err := coro.Sleep(co, 0); err != nil {
						return err
					}
				}
			},
			[]string{`loop: stuck: the virtual clock has stood at 0s for 1100 iterations, as something was always ready: task "Task-1" at LINE`},
			[]string{"run step Task-1", "await yield Task-1", "push step Task-1"},
		},
		{
			"a callback panics", func(co *coro.Co) error {
				loop.Of(co).CallSoon(func() { panic("boom\nand more") })
				return coro.Sleep(co, time.Second)
			},
			[]string{"panic: boom"},
			[]string{"await sleep Task-1", "iterate", "run call"},
		},
		{
			"a callback of a timer panics", func(co *coro.Co) error {
				loop.Of(co).CallLater(time.Second, func() { panic("boom\nand more") })
				return coro.Sleep(co, 2*time.Second)
			},
			[]string{"panic: boom"},
			[]string{"push timed", "iterate", "run timed"},
		},
		{
			"a task panics", func(co *coro.Co) error {
				coro.CreateTask(co, coro.Do(boom), coro.Name("bad"), coro.Quiet())
				return coro.Sleep(co, 0)
			},
			[]string{"panic: boom"},
			[]string{"push step Task-1", "iterate", "run step bad"},
		},
		{
			"an eager task panics", func(co *coro.Co) error {
				coro.CreateTask(co, coro.Do(boom), coro.Name("bad"), coro.Quiet(), coro.Eager(true))
				return coro.Sleep(co, 0)
			},
			[]string{"panic: boom"},
			[]string{"run step Task-1", "spawn bad", "run eager bad"},
		},
		{
			"a generator panics", func(co *coro.Co) error {
				g := coro.NewGenerator(func(*coro.Yielder[int]) error { panic("boom\nand more") })
				task := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
					_, err := g.Next(co)
					return err
				}), coro.Name("bad"))
				_, err := task.Await(co)
				require.ErrorContains(t, err, "boom")
				return nil
			},
			[]string{"panic: boom"},
			[]string{"await task bad", "iterate", "run step bad"},
		},
		{
			"one of each", func(co *coro.Co) error {
				loop.Of(co).CallSoon(func() { panic("first") })
				coro.CreateTask(co, coro.Do(boom), coro.Name("bad"), coro.Quiet())
				return coro.Sleep(co, 0)
			},
			[]string{`panic: first (at LINE)`, "panic: boom"},
			[]string{"push step Task-1", "iterate", "run call"},
		},
		{
			"a task fails", func(co *coro.Co) error {
				coro.CreateTask(co, coro.Do(func(*coro.Co) error { return errors.New("boom") }), coro.Quiet())
				return coro.Sleep(co, 0)
			}, nil, nil,
		},
		{
			"a task exits", func(co *coro.Co) error { panic(&future.SystemExit{}) }, nil, nil,
		},
		{
			"a callback exits", func(co *coro.Co) error {
				loop.Of(co).CallSoon(func() { panic(&future.SystemExit{}) })
				return coro.Sleep(co, time.Second)
			}, nil, nil,
		},
	} {
		for _, opts := range [][]trace.Option{nil, {trace.Full()}} {
			t.Run(fmt.Sprint(test.name, " ", len(opts)), func(t *testing.T) {
				r, found := troubles(opts...)
				_ = loop.Main(test.main, loop.VirtualTime(true), loop.Record(r), loop.StuckAfter(1000), silently)
				var why []string
				for _, f := range *found {
					why = append(why, lines.ReplaceAllString(f.why, "LINE"))
				}
				require.Equal(t, test.why, why)
				if test.why != nil {
					require.Equal(t, test.last, (*found)[0].last)
				}
			})
		}
	}
}

// What is told of a trouble cannot make it worse.
func TestTroubleInTrouble(t *testing.T) {
	calls := 0
	r := trace.New(trace.OnTrouble(func(string, *trace.Trace) {
		calls++
		panic("in OnTrouble")
	}))
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		loop.Of(co).CallSoon(func() { panic("boom") })
		task := coro.CreateTask(co, coro.Do(func(*coro.Co) error { panic("boom") }))
		require.ErrorContains(t, coro.Await(co, task), "boom")
		return nil
	}, loop.VirtualTime(true), loop.Record(r), silently))
	require.Equal(t, 2, calls)
}

// A Goexit there, as of testing.T.FailNow, ends the loop as one of the program's does.
func TestTroubleFailsNow(t *testing.T) {
	for name, main := range map[string]func(co *coro.Co) error{
		"deadlock": func(co *coro.Co) error {
			_, err := loop.CreateFuture[int](loop.Of(co)).Await(co)
			return err
		},
		"callback": func(co *coro.Co) error {
			loop.Of(co).CallSoon(func() { panic("boom") })
			return coro.Sleep(co, time.Second)
		},
		"task": func(co *coro.Co) error {
			coro.CreateTask(co, coro.Do(func(*coro.Co) error { panic("boom") }))
			return coro.Sleep(co, time.Second)
		},
		"main": func(co *coro.Co) error { panic("boom") },
		"eager task": func(co *coro.Co) error {
			defer func() { _ = coro.Sleep(co, time.Second) }() // which is on its way out
			coro.CreateTask(co, coro.Do(func(*coro.Co) error { panic("boom") }), coro.Eager(true))
			return coro.Sleep(co, time.Second)
		},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			r := trace.New(trace.OnTrouble(func(string, *trace.Trace) {
				calls++
				runtime.Goexit()
			}))
			l := loop.New(loop.VirtualTime(true), loop.Record(r), silently)
			cleaned, returned := false, false
			coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
				defer func() { cleaned = true }()
				return coro.Sleep(co, time.Hour)
			}), coro.Quiet())
			require.NoError(t, l.Step())
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				_, _ = loop.RunUntilComplete(l, coro.Do(main))
				returned = true
			}()
			<-ended
			require.False(t, returned)
			require.Equal(t, 1, calls)
			require.True(t, l.IsClosed())
			require.True(t, cleaned)
			require.NoError(t, l.Close())
		})
	}
}
