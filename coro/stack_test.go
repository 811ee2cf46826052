package coro_test

import (
	"fmt"
	"iter"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// functions are the functions of a stack, without the package.
func functions(frames []coro.Frame) (names []string) {
	for _, f := range frames {
		name := strings.TrimPrefix(f.Function, "github.com/ouro-loop/ouro/")
		names = append(names, strings.TrimPrefix(name, "coro_test."))
	}
	return names
}

type stackProbe struct {
	task  *coro.Task[coro.None]
	wait  coro.Awaitable[coro.None]
	found [][]string
}

func (p *stackProbe) foo(co *coro.Co) (coro.None, error) { return coro.None{}, p.bar(co) }

func (p *stackProbe) bar(co *coro.Co) error {
	p.found = append(p.found, functions(p.task.Stack()))
	_, err := p.wait.Await(co)
	return err
}

// The stack of a task is the same while it runs and while it is suspended, but for
// where it stands; and of all its calls, where CPython shows one for a suspended task.
//
// CPython: test_tasks.BaseTaskTests.test_get_stack
func TestTaskStack(t *testing.T) {
	l := testkit.NewLoop(t)
	f := loop.CreateFuture[coro.None](l)
	p := &stackProbe{wait: f}
	p.task = coro.CreateTask(l, p.foo)
	require.Empty(t, p.task.Stack(), "not begun")
	testkit.Briefly(t, l)
	require.Equal(t, [][]string{{"(*stackProbe).bar", "(*stackProbe).foo"}}, p.found)
	suspended := functions(p.task.Stack())
	require.Equal(t, []string{"(*stackProbe).bar", "(*stackProbe).foo"}, suspended[max(0, len(suspended)-2):])
	require.NoError(t, f.SetResult(coro.None{}))
	testkit.Briefly(t, l)
	require.Empty(t, p.task.Stack(), "done")
}

// A task that waits inside of iterators that it draws from has a stack through them all.
func TestStackThroughPulls(t *testing.T) {
	run(t, func(co *coro.Co) error {
		f := loop.CreateFuture[coro.None](loop.Of(co))
		task := coro.CreateTask(co, coro.Bind(drawsTwice, f))
		require.NoError(t, coro.Sleep(co, 0))
		want := []string{"waitsInside", "drawsOnce.func1", "drawsOnce", "drawsTwice.func1", "drawsTwice"}
		require.Equal(t, want, functions(task.Stack()))
		require.NoError(t, f.SetResult(coro.None{}))
		_, err := task.Await(co)
		require.NoError(t, err)
		require.Empty(t, task.Stack())
		return nil
	})
}

// One task draws from an iterator that another has made: its maker is not on the stack.
func TestStackInPullOfAnother(t *testing.T) {
	run(t, func(co *coro.Co) error {
		f := loop.CreateFuture[coro.None](loop.Of(co))
		var who *coro.Co
		next, stop := iter.Pull(func(yield func(int) bool) {
			_ = waitsInside(who, f)
			yield(1)
		})
		defer stop()
		task := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			who = co
			next()
			return nil
		}))
		require.NoError(t, coro.Sleep(co, 0))
		require.Equal(t, []string{"waitsInside", "TestStackInPullOfAnother.func1.1"}, functions(task.Stack()))
		require.NoError(t, f.SetResult(coro.None{}))
		_, err := task.Await(co)
		return err
	})
}

func drawsTwice(co *coro.Co, f *future.Future[coro.None]) (int, error) {
	next, stop := iter.Pull(func(yield func(int) bool) { yield(drawsOnce(co, f)) })
	defer stop()
	v, _ := next()
	return v, nil
}

func drawsOnce(co *coro.Co, f *future.Future[coro.None]) int {
	next, stop := iter.Pull(func(yield func(int) bool) {
		_ = waitsInside(co, f)
		yield(1)
	})
	defer stop()
	v, _ := next()
	return v
}

//go:noinline
func waitsInside(co *coro.Co, f *future.Future[coro.None]) error {
	_, err := f.Await(co)
	return err
}

// A deferred function that waits, while a panic is on its way, stands on what panicked.
func TestStackOfWaitDuringPanic(t *testing.T) {
	run(t, func(co *coro.Co) error {
		f := loop.CreateFuture[coro.None](loop.Of(co))
		task := coro.CreateTask(co, coro.Bind(panicsAndWaits, f))
		require.NoError(t, coro.Sleep(co, 0))
		require.Equal(t, []string{"waitsInside", "panicsAndWaits.func1", "panicsAndWaits"}, functions(task.Stack()))
		require.NoError(t, f.SetResult(coro.None{}))
		_, err := task.Await(co)
		require.ErrorContains(t, err, "panic: boom")
		return nil
	})
}

func panicsAndWaits(co *coro.Co, f *future.Future[coro.None]) (int, error) {
	defer func() { _ = waitsInside(co, f) }()
	panic("boom")
}

// A task that waits in a block, or in several, has a stack through them all: the functions
// of this module that the program calls are in it, and what these do inside is not.
func TestStackThroughBlocks(t *testing.T) {
	run(t, func(co *coro.Co) error {
		task := coro.CreateTask(co, coro.Do(waitsInBlocks))
		require.NoError(t, coro.Sleep(co, 0))
		var found []string
		for _, f := range task.Stack() {
			found = append(found, path.Base(f.Function))
		}
		require.Equal(t, []string{
			"coro.Sleep", "coro_test.waitsInBlocks.func1.1",
			"coro.Timeout", "coro_test.waitsInBlocks.func1",
			"coro.Group", "coro_test.waitsInBlocks",
		}, found)
		task.Cancel()
		return nil
	})
}

func waitsInBlocks(co *coro.Co) error {
	return coro.Group(co, func(*coro.TaskGroup) error {
		return coro.Timeout(co, time.Hour, func(*coro.TimeoutScope) error { return coro.Sleep(co, time.Minute) })
	})
}

// A frame prints its function and its line, as the report of a deadlock does.
func TestFrameString(t *testing.T) {
	f := coro.Frame{Function: "main.fetch", File: "/src/fetch.go", Line: 12}
	require.Equal(t, "main.fetch (/src/fetch.go:12)", f.String())
	require.Equal(t, "[main.fetch (/src/fetch.go:12)]", fmt.Sprint([]coro.Frame{f}))
}

// A task that sleeps stands in Sleep.
func TestStackInSleep(t *testing.T) {
	run(t, func(co *coro.Co) error {
		for _, d := range []time.Duration{0, ms} {
			task := coro.CreateTask(co, coro.Bind(sleepsFor, d))
			require.NoError(t, coro.Sleep(co, 0))
			found := functions(task.Stack())
			require.Equal(t, []string{"sleepsFor"}, found[max(0, len(found)-1):], d)
			require.LessOrEqual(t, len(found), 2, "%v: %v", d, found)
			testkit.Wait(t, co, task)
			require.Empty(t, task.Stack())
		}
		return nil
	})
}

//go:noinline
func sleepsFor(co *coro.Co, d time.Duration) (int, error) {
	err := coro.Sleep(co, d)
	return 1, err
}

// A cancellation that ends at a circle of tasks takes one of them out of its wait. If the
// request is taken back it waits again, and where it stands can be seen as before.
func TestStackInACircle(t *testing.T) {
	run(t, func(co *coro.Co) error {
		var a, b *coro.Task[coro.None]
		a = coro.CreateTask(co, func(co *coro.Co) (coro.None, error) { return waitsFor(co, b) })
		b = coro.CreateTask(co, func(co *coro.Co) (coro.None, error) { return waitsFor(co, a) })
		testkit.Pass(t, co, 2)
		before := [][]string{functions(a.Stack()), functions(b.Stack())}
		require.Contains(t, before[0], "waitsFor")

		a.Cancel()
		a.Uncancel()
		b.Uncancel()
		testkit.Pass(t, co, 2)
		for i, task := range []*coro.Task[coro.None]{a, b} {
			require.False(t, task.Done())
			for range 2 {
				require.Equal(t, before[i], functions(task.Stack()))
			}
		}

		a.Cancel()
		testkit.WaitCanceled(t, co, a, b)
		return nil
	})
}

//go:noinline
func waitsFor(co *coro.Co, task *coro.Task[coro.None]) (coro.None, error) { return task.Await(co) }

// A task that waits inside of generators has a stack through them all, and through an
// iterator between them; of whoever drives them, and not of who has begun them.
//
// CPython: test_asyncgen.AsyncGenAsyncioTest.test_async_gen_aclose_compatible_with_get_stack
func TestStackThroughGenerators(t *testing.T) {
	run(t, func(co *coro.Co) error {
		for _, tt := range []struct {
			name  string
			drive func(co *coro.Co, g *coro.Generator[int]) (int, error)
			want  []string
		}{
			{"next", drivesNext, []string{"waitsInside", "waitsInGenerator", "drivesNext"}},
			{"all", drivesAll, []string{"waitsInside", "waitsInGenerator", "drivesAll"}},
			{"a generator", drivesInGenerator, []string{
				"waitsInside", "waitsInGenerator", "drivesNext", "drivesInGenerator.func1", "drivesInGenerator",
			}},
			{"the body of a range", drivesAndWaits, []string{"waitsInside", "drivesAndWaits-range1", "drivesAndWaits"}},
			{"an iterator in a generator", drivesInPull, []string{
				"waitsInside", "waitsInGenerator", "drivesNext", "drivesInPull.func1.1", "drivesInPull.func1", "drivesInPull",
			}},
		} {
			t.Run(tt.name, func(t *testing.T) {
				f := loop.CreateFuture[coro.None](loop.Of(co))
				g := coro.NewGenerator(waitsInGenerator(f))
				_, err := g.Next(co)
				require.NoError(t, err)
				task := coro.CreateTask(co, coro.Bind(tt.drive, g))
				testkit.Pass(t, co, 2)
				for range 2 {
					var got []string
					for _, name := range functions(task.Stack()) {
						if strings.Contains(name, "waitsInGenerator") {
							name = "waitsInGenerator" // that made it was inlined
						}
						got = append(got, name)
					}
					require.Equal(t, tt.want, got)
				}
				task.Cancel()
				testkit.WaitCanceled(t, co, task)
			})
		}
		return nil
	})
}

func waitsInGenerator(f *future.Future[coro.None]) func(y *coro.Yielder[int]) error {
	return func(y *coro.Yielder[int]) error {
		if err := y.Yield(1); err != nil {
			return err
		}
		return waitsInside(y.Co(), f)
	}
}

func drivesNext(co *coro.Co, g *coro.Generator[int]) (int, error) {
	v, err := g.Next(co)
	return v, err
}

func drivesAll(co *coro.Co, g *coro.Generator[int]) (int, error) {
	for _, err := range g.All(co) {
		return 0, err
	}
	return 0, nil
}

func drivesAndWaits(co *coro.Co, _ *coro.Generator[int]) (int, error) {
	for range yields(1, 0).All(co) {
		return 0, waitsInside(co, loop.CreateFuture[coro.None](loop.Of(co)))
	}
	return 0, nil
}

func drivesInGenerator(co *coro.Co, g *coro.Generator[int]) (int, error) {
	v, err := coro.NewGenerator(func(y *coro.Yielder[int]) error {
		_, err := drivesNext(y.Co(), g)
		return err
	}).Next(co)
	return v, err
}

func drivesInPull(co *coro.Co, g *coro.Generator[int]) (int, error) {
	v, err := coro.NewGenerator(func(y *coro.Yielder[int]) (err error) {
		next, stop := iter.Pull(func(yield func(int) bool) {
			_, err = drivesNext(y.Co(), g)
			yield(1)
		})
		defer stop()
		next()
		return err
	}).Next(co)
	return v, err
}
