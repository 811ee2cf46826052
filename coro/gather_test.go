package coro_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// gatherArguments are the ways in which a gather is given futures: as they are, or
// inside of coroutines.
var gatherArguments = []struct {
	name string
	of   func(fs ...*future.Future[int]) []coro.Awaitable[int]
}{
	{"futures", func(fs ...*future.Future[int]) []coro.Awaitable[int] { return coro.Each[int](fs) }},
	{"coroutines", func(fs ...*future.Future[int]) []coro.Awaitable[int] {
		var out []coro.Awaitable[int]
		for _, f := range fs {
			out = append(out, awaiting(f))
		}
		return out
	}},
}

func createFutures(l *loop.Loop, n int) []*future.Future[int] {
	fs := make([]*future.Future[int], n)
	for i := range fs {
		fs[i] = loop.CreateFuture[int](l)
	}
	return fs
}

// settle runs everything that can run without time going by.
func settle(t *testing.T, l *loop.Loop) {
	t.Helper()
	for range 3 {
		testkit.Briefly(t, l)
	}
}

// CPython: test_tasks.GatherTestsBase.test_success
func TestGather(t *testing.T) {
	for _, args := range gatherArguments {
		t.Run(args.name, func(t *testing.T) {
			l := testkit.NewLoop(t)
			fs := createFutures(l, 3)
			g := coro.Gather(l, args.of(fs...)...)
			called := 0
			g.AddDoneCallback(func() {
				called++
			})
			require.NoError(t, fs[1].SetResult(1))
			require.NoError(t, fs[0].SetResult(2))
			settle(t, l)
			require.Zero(t, called)
			require.False(t, g.Done())
			require.NoError(t, fs[2].SetResult(3))
			settle(t, l)
			require.Equal(t, 1, called)
			v, err := g.Result()
			require.NoError(t, err)
			require.Equal(t, []int{2, 1, 3}, v)
		})
	}
}

// CPython: test_tasks.GatherTestsBase.test_result_exception_success
// CPython: test_tasks.GatherTestsBase.test_return_exceptions
func TestGatherSettled(t *testing.T) {
	for _, args := range gatherArguments {
		t.Run(args.name, func(t *testing.T) {
			l := testkit.NewLoop(t)
			fs := createFutures(l, 4)
			g := coro.GatherSettled(l, args.of(fs...)...)
			called := 0
			g.AddDoneCallback(func() { called++ })
			require.NoError(t, fs[1].SetResult(1))
			require.NoError(t, fs[2].SetError(errTest))
			require.NoError(t, fs[0].SetResult(3))
			settle(t, l)
			require.False(t, g.Done())
			require.NoError(t, fs[3].SetError(errOther))
			settle(t, l)
			require.Equal(t, 1, called)
			v, err := g.Result()
			require.NoError(t, err)
			require.Equal(t, []coro.Settled[int]{{Value: 3}, {Value: 1}, {Err: errTest}, {Err: errOther}}, v)
		})
	}
}

// CPython: test_tasks.GatherTestsBase.test_one_exception
func TestGatherFirstError(t *testing.T) {
	for _, args := range gatherArguments {
		t.Run(args.name, func(t *testing.T) {
			l := testkit.NewLoop(t)
			fs := createFutures(l, 5)
			g := coro.Gather(l, args.of(fs...)...)
			called := 0
			g.AddDoneCallback(func() { called++ })
			require.NoError(t, fs[0].SetResult(1))
			require.NoError(t, fs[1].SetError(errTest))
			settle(t, l)
			require.Equal(t, 1, called)
			require.Same(t, errTest, g.Err())

			// The others end without effect, and without a report.
			require.NoError(t, fs[2].SetResult(3))
			fs[3].Cancel()
			require.NoError(t, fs[4].SetError(errOther))
			settle(t, l)
			require.Equal(t, 1, called)
			require.Same(t, errTest, g.Err())
		})
	}
}

// CPython: test_tasks.FutureGatherTests.test_one_cancellation
func TestGatherCanceledChildIsAnError(t *testing.T) {
	l := testkit.NewLoop(t)
	fs := createFutures(l, 5)
	g := coro.Gather(l, coro.Each[int](fs)...)
	called := 0
	g.AddDoneCallback(func() { called++ })
	require.NoError(t, fs[0].SetResult(1))
	fs[1].Cancel("child")
	settle(t, l)
	require.True(t, g.Done())
	require.Equal(t, 1, called)
	require.False(t, g.Canceled())
	testkit.RequireCanceled(t, g.Err(), "child")
	require.NoError(t, fs[2].SetResult(3))
	fs[3].Cancel()
	require.NoError(t, fs[4].SetError(errOther))
	settle(t, l)
	require.False(t, g.Canceled())
}

// CPython: test_tasks.FutureGatherTests.test_result_exception_one_cancellation
func TestGatherSettledCanceledChildren(t *testing.T) {
	l := testkit.NewLoop(t)
	fs := createFutures(l, 6)
	g := coro.GatherSettled(l, coro.Each[int](fs)...)
	called := 0
	g.AddDoneCallback(func() { called++ })
	require.NoError(t, fs[0].SetResult(1))
	require.NoError(t, fs[1].SetError(errTest))
	fs[2].Cancel()
	settle(t, l)
	require.False(t, g.Done())
	require.NoError(t, fs[3].SetResult(3))
	fs[4].Cancel("msg")
	require.NoError(t, fs[5].SetError(errOther))
	v, err := loop.RunUntilComplete(l, g)
	require.NoError(t, err)
	testkit.RequireCanceled(t, v[2].Err, "")
	testkit.RequireCanceled(t, v[4].Err, "msg")
	v[2], v[4] = coro.Settled[int]{}, coro.Settled[int]{}
	require.Equal(t, []coro.Settled[int]{{Value: 1}, {Err: errTest}, {}, {Value: 3}, {}, {Err: errOther}}, v)
	require.Equal(t, 1, called)
}

func TestGatherOfNothing(t *testing.T) {
	// CPython: test_tasks.FutureGatherTests.test_constructor_empty_sequence_use_running_loop
	t.Run("inside", func(t *testing.T) {
		l := testkit.NewLoop(t)
		g := testkit.Complete(t, l, func(co *coro.Co) (*future.Future[[]int], error) { return coro.Gather[int](co), nil })
		require.Same(t, l.Scheduler(), g.Core().Scheduler())
		v, err := g.Result()
		require.NoError(t, err)
		require.Equal(t, []int{}, v)
	})
	// CPython: test_tasks.FutureGatherTests.test_constructor_empty_sequence_use_global_loop
	t.Run("outside", func(t *testing.T) {
		l := testkit.NewLoop(t)
		g := coro.GatherSettled[int](l)
		require.Same(t, l.Scheduler(), g.Core().Scheduler())
		v, err := g.Result()
		require.NoError(t, err)
		require.Equal(t, []coro.Settled[int]{}, v)
	})
}

// CPython: test_tasks.FutureGatherTests.test_constructor_homogenous_futures
func TestGatherBelongsToLoopOfChildren(t *testing.T) {
	_, l := testkit.NewLoop(t), testkit.NewLoop(t)
	fs := createFutures(l, 3)
	for range 2 {
		g := coro.Gather(l, coro.Each[int](fs)...)
		require.Same(t, l.Scheduler(), g.Core().Scheduler())
		settle(t, l)
		require.False(t, g.Done())
	}
}

func TestGatherOfCoroutines(t *testing.T) {
	// CPython: test_tasks.CoroutineGatherTests.test_constructor_use_running_loop
	t.Run("inside", func(t *testing.T) {
		l := testkit.NewLoop(t)
		g := testkit.Complete(t, l, func(co *coro.Co) (*future.Future[[]string], error) {
			return coro.Gather(co, returning("abc", nil), returning("def", nil)), nil
		})
		v, err := loop.RunUntilComplete(l, g)
		require.NoError(t, err)
		require.Equal(t, []string{"abc", "def"}, v)
	})
	// CPython: test_tasks.CoroutineGatherTests.test_constructor_use_global_loop
	t.Run("outside", func(t *testing.T) {
		l := testkit.NewLoop(t)
		g := coro.Gather(l, returning("abc", nil), returning("def", nil))
		require.Len(t, coro.AllTasks(l), 2)
		v, err := loop.RunUntilComplete(l, g)
		require.NoError(t, err)
		require.Equal(t, []string{"abc", "def"}, v)
	})
}

// CPython: test_tasks.CoroutineGatherTests.test_duplicate_coroutines
func TestGatherOfTheSameTwice(t *testing.T) {
	l := testkit.NewLoop(t)
	runs := 0
	c := coro.EnsureFuture(l, coro.Func[string](func(*coro.Co) (string, error) {
		runs++
		return "abc", nil
	}))
	g := coro.Gather(l, c, c, returning("def", nil), c)
	require.Equal(t, "gather of 2 (0 done)", g.Core().Role().Describe())
	settle(t, l)
	v, err := g.Result()
	require.NoError(t, err)
	require.Equal(t, []string{"abc", "abc", "def", "abc"}, v)
	require.Equal(t, 1, runs)
}

// CPython: test_tasks.CoroutineGatherTests.test_exception_marking
func TestGatherRetrievesLaterErrors(t *testing.T) {
	l := testkit.NewLoop(t) // fails the test if an error is reported
	fs := createFutures(l, 2)
	fail := func(f *future.Future[int], err error) coro.Func[int] {
		return func(co *coro.Co) (int, error) {
			_, _ = f.Await(co)
			return 0, err
		}
	}
	task := coro.CreateTask(l, func(co *coro.Co) ([]int, error) {
		return coro.Gather(co, fail(fs[0], errTest), fail(fs[1], errOther)).Await(co)
	})
	testkit.Briefly(t, l)
	require.NoError(t, fs[0].SetResult(0))
	testkit.Briefly(t, l)
	require.NoError(t, fs[1].SetResult(0))
	testkit.Briefly(t, l)
	require.Same(t, errTest, task.Err())
}

// The first error is there at once, and the siblings go on.
func TestGatherDoesNotCancelSiblings(t *testing.T) {
	var tr testkit.Trace
	run(t, func(co *coro.Co) error {
		child := func(name string, d time.Duration, err error) coro.Func[string] {
			return func(co *coro.Co) (string, error) {
				tr.Add("%v %s begins", loop.Of(co).Time(), name)
				slept := coro.Sleep(co, d)
				tr.Add("%v %s ends: %v", loop.Of(co).Time(), name, slept)
				return name, err
			}
		}
		g := coro.Gather(co, child("a", time.Second, nil), child("b", 2*time.Second, errTest),
			child("c", 3*time.Second, errOther), child("d", 4*time.Second, nil))
		_, err := g.Await(co)
		tr.Add("%v gather: %v", loop.Of(co).Time(), err)
		return coro.Sleep(co, time.Minute)
	})
	require.Equal(t, testkit.Trace{
		"0s a begins", "0s b begins", "0s c begins", "0s d begins",
		"1s a ends: <nil>", "2s b ends: <nil>", "2s gather: test", "3s c ends: <nil>", "4s d ends: <nil>",
	}, tr)
}

// Children that are done when the gather is made take no iterations of their own.
func TestGatherOfDoneFutures(t *testing.T) {
	run(t, func(co *coro.Co) error {
		l := loop.Of(co)
		done := func(err error) *future.Future[int] {
			f := loop.CreateFuture[int](l)
			if err != nil {
				require.NoError(t, f.SetError(err))
			} else {
				require.NoError(t, f.SetResult(1))
			}
			return f
		}
		pending := loop.CreateFuture[int](l)

		require.Zero(t, countTicks(t, co, func() {
			v, err := coro.Gather(co, done(nil), done(nil)).Await(co)
			require.NoError(t, err)
			require.Equal(t, []int{1, 1}, v)
		}))
		require.Zero(t, countTicks(t, co, func() {
			_, err := coro.Gather(co, pending, done(errTest), done(errOther)).Await(co)
			require.Same(t, errTest, err)
		}))
		g := coro.Gather(co, done(nil), pending, done(nil))
		require.False(t, g.Done())
		require.Equal(t, 2, countTicks(t, co, func() {
			require.NoError(t, pending.SetResult(2))
			v, err := g.Await(co)
			require.NoError(t, err)
			require.Equal(t, []int{1, 2, 1}, v)
		}))
		return nil
	})
}

// Of futures whose results differ in type there are only the errors.
func TestGatherErrors(t *testing.T) {
	run(t, func(co *coro.Co) error {
		number := coro.CreateTask(co, sleepThen(2*time.Second, 1, nil))
		text := coro.CreateTask(co, sleepThen(time.Second, "", errTest))
		canceled := loop.CreateFuture[bool](loop.Of(co))
		canceled.Cancel("msg")
		errs, err := coro.GatherErrors(co, []future.Any{number, text, canceled, text}...).Await(co)
		require.NoError(t, err)
		require.Len(t, errs, 4)
		require.NoError(t, errs[0])
		require.Same(t, errTest, errs[1])
		testkit.RequireCanceled(t, errs[2], "msg")
		require.Same(t, errTest, errs[3])
		require.Equal(t, 2*time.Second, loop.Of(co).Time())
		return nil
	})
}
