package future_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// The error of a future that nobody has looked at is reported when the loop closes.
func TestUnretrieved(t *testing.T) {
	report := testkit.Trace{"Future exception was never retrieved: test"}
	fail := func(f *future.Future[int]) { _ = f.SetError(errTest) }
	for _, test := range []struct {
		name string
		use  func(f *future.Future[int])
		want testkit.Trace
	}{
		// CPython: test_futures.BaseFutureTests.test_tb_logger_abandoned
		{"pending", func(*future.Future[int]) {}, nil},
		// CPython: test_futures.BaseFutureTests.test_tb_logger_not_called_after_cancel
		{"error, Cancel", func(f *future.Future[int]) { fail(f); require.False(t, f.Cancel()) }, nil},
		// CPython: test_futures.BaseFutureTests.test_tb_logger_result_unretrieved
		{"result", func(f *future.Future[int]) { _ = f.SetResult(42) }, nil},
		// CPython: test_futures.BaseFutureTests.test_tb_logger_result_retrieved
		{"result, Result", func(f *future.Future[int]) { _ = f.SetResult(42); _, _ = f.Result() }, nil},
		// CPython: test_futures.BaseFutureTests.test_tb_logger_exception_unretrieved
		{"error", fail, report},
		// CPython: test_futures.BaseFutureTests.test_tb_logger_exception_retrieved
		{"error, Err", func(f *future.Future[int]) { fail(f); _ = f.Err() }, nil},
		// CPython: test_futures.BaseFutureTests.test_tb_logger_exception_result_retrieved
		{"error, Result", func(f *future.Future[int]) { fail(f); _, _ = f.Result() }, nil},
		{"error, Done", func(f *future.Future[int]) { fail(f); f.Done() }, report},
		{"error, Failed", func(f *future.Future[int]) { fail(f); require.True(t, f.Failed()) }, report},
		{"error, String", func(f *future.Future[int]) { fail(f); _ = f.String() }, report},
		{"error, callback that does not look", func(f *future.Future[int]) { fail(f); f.AddDoneCallback(func() {}) }, report},
		{"Err before the error", func(f *future.Future[int]) { _ = f.Err(); fail(f) }, report},
		{"canceled", func(f *future.Future[int]) { f.Cancel() }, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var tr testkit.Trace
			l := testkit.NewLoop(t, tr.Handler())
			test.use(loop.CreateFuture[int](l))
			testkit.Briefly(t, l)
			require.Empty(t, tr)
			require.NoError(t, l.Close())
			require.Equal(t, test.want, tr)
		})
	}
}

// At the close of the loop the oldest error comes first.
func TestUnretrievedInOrder(t *testing.T) {
	var tr testkit.Trace
	l := testkit.NewLoop(t, tr.Handler())
	fs := make([]*future.Future[int], 4)
	for i := range fs {
		fs[i] = loop.CreateFuture[int](l)
	}
	for _, i := range []int{2, 0, 3, 1} {
		require.NoError(t, fs[i].SetError(future.NewCanceledError(string(rune('a'+i)))))
	}
	_ = fs[0].Err()
	require.NoError(t, l.Close())
	require.Equal(t, testkit.Trace{
		"Future exception was never retrieved: canceled: c",
		"Future exception was never retrieved: canceled: d",
		"Future exception was never retrieved: canceled: b",
	}, tr)
}

// failAndForget makes futures of l that have an error and that nobody has any more.
//
//go:noinline
func failAndForget(l *loop.Loop) (site string) {
	_ = loop.CreateFuture[int](l).SetError(errTest)
	coro.CreateTask(l, func(*coro.Co) (int, error) { return 0, errTest }, coro.Name("forgotten"))
	_, file, line, _ := runtime.Caller(0)
	return fmt.Sprintf("%s:%d", file, line-1)
}

// With a real clock the report comes when the future is collected as garbage.
func TestUnretrievedIsReportedWhenCollected(t *testing.T) {
	for _, test := range []struct {
		name  string
		debug bool
	}{
		// CPython: test_futures.BaseFutureTests.test_future_exception_never_retrieved
		{"normal", false},
		// CPython: test_futures.BaseFutureTests.test_future_exception_never_retrieved_debug
		{"debug", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			var log bytes.Buffer
			withoutTime := func(_ []string, a slog.Attr) slog.Attr {
				if a.Key == slog.TimeKey {
					return slog.Attr{}
				}
				return a
			}
			l := loop.New(loop.Debug(test.debug), loop.SlowCallback(1<<62),
				loop.Logger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{ReplaceAttr: withoutTime}))))
			defer func() { require.NoError(t, l.Close()) }()
			site := failAndForget(l)
			kept := loop.CreateFuture[int](l)
			require.NoError(t, kept.SetError(errTest))
			const future = `level=ERROR msg="Future exception was never retrieved" error=test` + "\n"
			task := `level=ERROR msg="Task exception was never retrieved" error=test task=forgotten` +
				` function=github.com/ouro-loop/ouro/future_test.failAndForget.func1`
			if test.debug {
				task += " created_at=" + site
			}
			task += "\n"
			for range 1000 {
				if log.Len() >= len(future)+len(task) {
					break
				}
				testkit.Briefly(t, l)
				runtime.GC()
			}
			require.Contains(t, []string{future + task, task + future}, log.String())
			require.Same(t, errTest, kept.Err())
		})
	}
}
