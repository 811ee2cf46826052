package future_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

var errTest = errors.New("test")

// CPython: test_futures.BaseFutureTests.test_initial_state
func TestFutureIsPending(t *testing.T) {
	f := loop.CreateFuture[int](testkit.NewLoop(t))
	require.Equal(t, future.Pending, f.Core().State())
	require.False(t, f.Canceled())
	require.False(t, f.Done())
	_, err := f.Result()
	require.ErrorIs(t, err, future.ErrInvalidState)
	require.ErrorIs(t, f.Err(), future.ErrInvalidState)
	f.Cancel()
	require.True(t, f.Canceled())
}

// CPython: test_futures.BaseFutureTests.test_constructor_use_running_loop
// CPython: test_futures.BaseFutureTests.test_constructor_use_global_loop
func TestFutureBelongsToItsLoop(t *testing.T) {
	l := testkit.NewLoop(t)
	require.Same(t, l.Scheduler(), loop.CreateFuture[int](l).Core().Scheduler())
	require.Same(t, l.Scheduler(), future.New[int](l).Core().Scheduler())
	f, err := loop.RunUntilComplete(l, coro.Func[*future.Future[int]](func(co *coro.Co) (*future.Future[int], error) {
		return loop.CreateFuture[int](loop.Of(co)), nil
	}))
	require.NoError(t, err)
	require.Same(t, l.Scheduler(), f.Core().Scheduler())
}

// A future without a loop answers questions, and cannot be used for anything else.
//
// CPython: test_futures.BaseFutureTests.test_uninitialized
// CPython: test_futures.BaseFutureInheritanceTests.test_inherit_without_calling_super_init
func TestFutureWithoutLoop(t *testing.T) {
	var f future.Future[int]
	_, err := f.Result()
	require.ErrorIs(t, err, future.ErrInvalidState)
	require.ErrorIs(t, f.Err(), future.ErrInvalidState)
	require.False(t, f.Canceled())
	require.False(t, f.Done())
	require.Equal(t, "<Future PENDING>", f.String())
	require.Nil(t, f.Core().Scheduler())
	require.Panics(t, func() { f.AddDoneCallback(func() {}) })
}

// A future has one outcome: whatever comes after it is refused.
func TestFutureOutcome(t *testing.T) {
	for _, test := range []struct {
		name     string
		set      func(f *future.Future[int]) error
		canceled bool
		value    int
		err      error
	}{
		// CPython: test_futures.BaseFutureTests.test_result
		{"result", func(f *future.Future[int]) error { return f.SetResult(42) }, false, 42, nil},
		// CPython: test_futures.BaseFutureTests.test_exception
		{"error", func(f *future.Future[int]) error { return f.SetError(errTest) }, false, 0, errTest},
		// CPython: test_futures.BaseFutureTests.test_cancel
		{"canceled", func(f *future.Future[int]) error {
			require.True(t, f.Cancel())
			return nil
		}, true, 0, future.ErrCanceled},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := loop.CreateFuture[int](testkit.NewLoop(t))
			require.NoError(t, test.set(f))
			require.True(t, f.Done())
			for range 2 {
				require.Equal(t, test.canceled, f.Canceled())
				v, err := f.Result()
				require.Equal(t, test.value, v)
				require.ErrorIs(t, err, test.err)
				require.ErrorIs(t, f.Err(), test.err)

				require.ErrorIs(t, f.SetResult(1), future.ErrInvalidState)
				require.ErrorIs(t, f.SetError(errTest), future.ErrInvalidState)
				require.ErrorIs(t, f.SetError(nil), future.ErrInvalidState)
				require.False(t, f.Cancel())
				require.False(t, future.Resolve(f, 1))
			}
		})
	}
}

// CPython: test_futures.BaseFutureTests.test_set_result_unless_cancelled
func TestResolveOfCanceled(t *testing.T) {
	f := loop.CreateFuture[int](testkit.NewLoop(t))
	f.Cancel()
	require.False(t, future.Resolve(f, 2))
	require.True(t, f.Canceled())
	_, err := f.Result()
	testkit.RequireCanceled(t, err)
}

// A future without an error has a result, if only the zero value.
func TestSetErrorOfNil(t *testing.T) {
	f := loop.CreateFuture[int](testkit.NewLoop(t))
	require.Error(t, f.SetError(nil))
	require.False(t, f.Done())
}

// A CanceledError that is given as an error makes no cancellation.
func TestSetErrorOfCancellation(t *testing.T) {
	f := loop.CreateFuture[int](testkit.NewLoop(t))
	given := future.NewCanceledError("given")
	require.NoError(t, f.SetError(given))
	require.False(t, f.Canceled())
	require.Same(t, given, f.Err())
	require.Same(t, given, f.Err())
}

func TestCancelMessage(t *testing.T) {
	// CPython: test_futures.BaseFutureTests.test_future_cancel_message_getter
	t.Run("given", func(t *testing.T) {
		l := testkit.NewLoop(t)
		f := loop.CreateFuture[int](l)
		require.Nil(t, f.Core().CancelMessage())
		f.Cancel("my message")
		for range 2 {
			_, err := loop.RunUntilComplete(l, f)
			testkit.RequireCanceled(t, err, "my message")
			testkit.RequireCanceled(t, f.Err(), "my message")
			require.Equal(t, "my message", *f.Core().CancelMessage())
		}
	})
	// CPython: test_futures.BaseFutureTests.test_future_cancel_message_setter
	t.Run("replaced", func(t *testing.T) {
		l := testkit.NewLoop(t)
		f := loop.CreateFuture[int](l)
		f.Cancel("my message")
		msg := "my new message"
		f.Core().SetCancelMessage(&msg)
		_, err := loop.RunUntilComplete(l, f)
		testkit.RequireCanceled(t, err, "my new message")
	})
	t.Run("none is not the same as empty", func(t *testing.T) {
		l := testkit.NewLoop(t)
		f, g := loop.CreateFuture[int](l), loop.CreateFuture[int](l)
		f.Cancel()
		g.Cancel("")
		testkit.RequireCanceled(t, f.Err())
		testkit.RequireCanceled(t, g.Err(), "")
	})
	t.Run("of a second request", func(t *testing.T) {
		f := loop.CreateFuture[int](testkit.NewLoop(t))
		require.True(t, f.Cancel("first"))
		require.False(t, f.Cancel("second"))
		testkit.RequireCanceled(t, f.Err(), "first")
	})
}

// CPython: test_futures.BaseFutureTests.test_future_repr
func TestFutureString(t *testing.T) {
	l := testkit.NewLoop(t)
	for _, test := range []struct {
		want string
		set  func(f *future.Future[int])
	}{
		{"<Future PENDING>", func(*future.Future[int]) {}},
		{"<Future PENDING>", func(f *future.Future[int]) { f.AddDoneCallback(func() {}) }},
		{"<Future CANCELLED>", func(f *future.Future[int]) { f.Cancel() }},
		{"<Future FINISHED result=4>", func(f *future.Future[int]) { _ = f.SetResult(4) }},
		{"<Future FINISHED error=test>", func(f *future.Future[int]) { _ = f.SetError(errTest) }},
	} {
		f := loop.CreateFuture[int](l)
		test.set(f)
		require.Equal(t, test.want, f.String())
		_ = f.Err()
	}
}

// The first await of a future suspends, the second does not.
//
// CPython: test_futures.BaseFutureTests.test_yield_from_twice
// CPython: test_futures.BaseFutureTests.test_future_stop_iteration_args
func TestAwaitTwice(t *testing.T) {
	l := testkit.NewLoop(t)
	f := loop.CreateFuture[[2]int](l)
	var tr testkit.Trace
	task := coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
		tr.Add("A")
		v, err := f.Await(co)
		tr.Add("B %v %v", v, err)
		v, err = f.Await(co)
		tr.Add("C %v %v", v, err)
		return nil
	}))
	testkit.Iterate(t, l)
	require.Equal(t, testkit.Trace{"A"}, tr)
	require.NoError(t, f.SetResult([2]int{1, 2}))
	testkit.Iterate(t, l)
	require.Equal(t, testkit.Trace{"A", "B [1 2] <nil>", "C [1 2] <nil>"}, tr)
	require.True(t, task.Done())
}

// Those who await the same future go on in the order in which they came.
func TestAwaitByMany(t *testing.T) {
	l := testkit.NewLoop(t)
	f := loop.CreateFuture[int](l)
	var tr testkit.Trace
	for i := range 3 {
		coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
			v, err := f.Await(co)
			tr.Add("task %d: %d %v", i, v, err)
			return nil
		}))
		f.AddDoneCallback(func() { tr.Add("callback %d", i) })
	}
	testkit.Briefly(t, l)
	f.AddDoneCallback(func() { tr.Add("callback 3") })
	require.NoError(t, f.SetResult(42))
	testkit.Iterate(t, l)
	require.Equal(t, testkit.Trace{
		"callback 0", "callback 1", "callback 2", // registered before the tasks had begun
		"task 0: 42 <nil>", "task 1: 42 <nil>", "task 2: 42 <nil>", "callback 3",
	}, tr)
}

// A selfish value shows the future that it is the result of.
type selfish struct {
	f     *future.Future[*selfish]
	shown int
}

func (s *selfish) String() string {
	if s.shown++; s.shown > 10 {
		return "too deep"
	}
	return s.f.String()
}

// CPython: test_futures2.FutureReprTests.test_recursive_repr_for_pending_tasks
func TestFutureStringOfItself(t *testing.T) {
	s := &selfish{f: loop.CreateFuture[*selfish](testkit.NewLoop(t))}
	require.NoError(t, s.f.SetResult(s))
	require.Contains(t, s.f.String(), "...")
	require.Equal(t, 1, s.shown)
}

// Only an error of its own is a failure of a future.
func TestFailed(t *testing.T) {
	for _, test := range []struct {
		name string
		end  func(f *future.Future[int])
		want bool
	}{
		{"pending", func(*future.Future[int]) {}, false},
		{"a result", func(f *future.Future[int]) { _ = f.SetResult(1) }, false},
		{"an error", func(f *future.Future[int]) { _ = f.SetError(errTest) }, true},
		{"a cancellation as an error", func(f *future.Future[int]) { _ = f.SetError(future.ErrCanceled) }, true},
		{"canceled", func(f *future.Future[int]) { f.Cancel() }, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := loop.CreateFuture[int](testkit.NewLoop(t))
			test.end(f)
			require.Equal(t, test.want, f.Failed())
			require.Equal(t, test.want, future.Any(f).Failed())
			_ = f.Err()
			require.Equal(t, test.want, f.Failed(), "whether somebody has looked or not")
		})
	}
}
