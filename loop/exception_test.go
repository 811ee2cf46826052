package loop_test

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

var errZero = errors.New("division by zero")

func zeroError() { panic(errZero) }

// logRecords is a logger's handler that keeps message and level of what is logged,
// with the attributes that say what went wrong.
type logRecords struct {
	records []logRecord
	handle  func(slog.Record) // if set, called before a record is kept
}

type logRecord struct {
	level   slog.Level
	message string
	attrs   map[string]any
}

func (h *logRecords) Enabled(context.Context, slog.Level) bool { return true }
func (h *logRecords) WithAttrs([]slog.Attr) slog.Handler       { return h }
func (h *logRecords) WithGroup(string) slog.Handler            { return h }

func (h *logRecords) Handle(_ context.Context, r slog.Record) error {
	if h.handle != nil {
		h.handle(r)
	}
	kept := logRecord{r.Level, r.Message, map[string]any{}}
	r.Attrs(func(a slog.Attr) bool {
		kept.attrs[a.Key] = a.Value.Any()
		return true
	})
	h.records = append(h.records, kept)
	return nil
}

func (h *logRecords) option() loop.Option { return loop.Logger(slog.New(h)) }

// requireLogged checks the record i: an error err in a message that matches.
func (h *logRecords) requireLogged(t *testing.T, i int, message string, err error) {
	t.Helper()
	require.Greater(t, len(h.records), i)
	r := h.records[i]
	require.Equal(t, slog.LevelError, r.level)
	require.Regexp(t, message, r.message)
	require.ErrorIs(t, r.attrs["error"].(error), err)
}

// CPython: test_base_events.BaseEventLoopTests.test_default_exc_handler_callback
// CPython: test_events.HandleTests.test_callback_with_exception
func TestDefaultExceptionHandlerOfCallback(t *testing.T) {
	for _, kind := range []struct {
		name     string
		schedule func(l *loop.Loop, fn func())
	}{
		{"CallSoon", func(l *loop.Loop, fn func()) { l.CallSoon(fn) }},
		{"CallLater", func(l *loop.Loop, fn func()) { l.CallLater(10*time.Millisecond, fn) }},
		{"CallSoonThreadsafe", func(l *loop.Loop, fn func()) { _, _ = l.CallSoonThreadsafe(fn) }},
		{"a future's callback", func(l *loop.Loop, fn func()) {
			f := loop.CreateFuture[int](l)
			f.AddDoneCallback(func() { fn() })
			future.Resolve(f, 1)
		}},
	} {
		t.Run(kind.name, func(t *testing.T) {
			var log logRecords
			l := newLoop(t, log.option())
			f := loop.CreateFuture[bool](l)
			f.AddDoneCallback(func() { l.Stop() })
			kind.schedule(l, func() {
				future.Resolve(f, true)
				zeroError()
			})
			require.NoError(t, l.RunForever())
			require.Len(t, log.records, 1)
			log.requireLogged(t, 0, "^Exception in callback .*TestDefaultExceptionHandlerOfCallback", errZero)
			require.Contains(t, log.records[0].attrs["stack"], "zeroError")
		})
	}
}

// CPython: test_base_events.BaseEventLoopTests.test_default_exc_handler_coro
func TestDefaultExceptionHandlerOfCoroutine(t *testing.T) {
	failing := func(co *coro.Co) (int, error) {
		if err := coro.Sleep(co, 10*time.Millisecond); err != nil {
			return 0, err
		}
		return 0, errZero
	}
	t.Run("when the future is collected", func(t *testing.T) {
		var log logRecords
		l := loop.New(log.option())
		func() {
			f := coro.CreateTask(l, failing)
			f.AddDoneCallback(func() { l.Stop() })
			require.NoError(t, l.RunForever())
		}()
		require.Empty(t, log.records)
		for begin := time.Now(); len(log.records) == 0 && time.Since(begin) < 30*time.Second; {
			runtime.GC()
			runtime.Gosched() // to what the collector calls
			testkit.Iterate(t, l)
		}
		log.requireLogged(t, 0, "^Task exception was never retrieved", errZero)
		require.NoError(t, l.Close())
		require.Len(t, log.records, 1, "it is told once")
	})
	t.Run("when the loop closes", func(t *testing.T) {
		var log logRecords
		l := loop.New(loop.VirtualTime(true), log.option())
		f := coro.CreateTask(l, failing)
		f.AddDoneCallback(func() { l.Stop() })
		require.NoError(t, l.RunForever())
		runtime.GC()
		testkit.Iterate(t, l)
		require.Empty(t, log.records)
		require.NoError(t, l.Close())
		require.Len(t, log.records, 1)
		log.requireLogged(t, 0, "^Task exception was never retrieved", errZero)
		runtime.KeepAlive(f)
	})
}

// CPython: test_base_events.BaseEventLoopTests.test_set_exc_handler_custom
func TestSetExceptionHandler(t *testing.T) {
	var log logRecords
	l := newLoop(t, log.option(), loop.Debug(true))
	fail := func() {
		l.CallSoon(zeroError)
		testkit.Iterate(t, l)
	}
	require.Nil(t, l.ExceptionHandler())
	var told []future.ErrorContext
	l.SetExceptionHandler(func(of *loop.Loop, c future.ErrorContext) {
		require.Same(t, l, of)
		told = append(told, c)
	})
	require.NotNil(t, l.ExceptionHandler())
	fail()
	require.Len(t, told, 1)
	require.Regexp(t, "^Exception in callback .*zeroError", told[0].Message)
	require.ErrorIs(t, told[0].Err, errZero)
	require.Contains(t, told[0].Source, "exception_test.go:", "where it was scheduled")
	require.Empty(t, log.records)

	l.SetExceptionHandler(nil)
	require.Nil(t, l.ExceptionHandler())
	fail()
	require.Len(t, told, 1)
	require.Len(t, log.records, 1)
	log.requireLogged(t, 0, "^Exception in callback .*zeroError", errZero)
}

// CPython: test_base_events.BaseEventLoopTests.test_set_exc_handler_broken
func TestBrokenExceptionHandler(t *testing.T) {
	var log logRecords
	spam := errors.New("spam")
	l := newLoop(t, log.option(), loop.OnException(func(*loop.Loop, future.ErrorContext) { panic(spam) }))
	called := false
	l.CallSoon(zeroError)
	l.CallSoon(func() { called = true })
	testkit.Iterate(t, l)
	require.True(t, called, "the loop goes on")
	log.requireLogged(t, 0, "^Unhandled error in exception handler$", spam)
	log.requireLogged(t, 1, "^Exception in callback", errZero) // it has been told to nobody else
	require.Len(t, log.records, 2)
}

// The default handler can fail only where it calls code of the program, which is in
// the logger. Nothing then takes the loop down either.
//
// CPython: test_base_events.BaseEventLoopTests.test_default_exc_handler_broken
func TestBrokenDefaultExceptionHandler(t *testing.T) {
	ham := errors.New("ham")
	for _, test := range []struct {
		name    string
		handler loop.ExceptionHandler
		want    string
	}{
		{"alone", nil, "^Exception in default exception handler$"},
		{"behind a broken one", func(*loop.Loop, future.ErrorContext) { panic(ham) },
			"^Exception in default exception handler while handling an unexpected error in custom exception handler$"},
	} {
		t.Run(test.name, func(t *testing.T) {
			log := logRecords{}
			broken := true
			log.handle = func(slog.Record) {
				if broken {
					broken = false
					panic("spam")
				}
			}
			l := newLoop(t, log.option(), loop.OnException(test.handler))
			called := false
			l.CallSoon(zeroError)
			l.CallSoon(func() { called = true })
			l.Stop()
			require.Nil(t, recovered(func() { require.NoError(t, l.RunForever()) }), "nothing comes out of the loop")
			require.True(t, called, "the loop goes on")
			require.NotEmpty(t, log.records)
			require.Regexp(t, test.want, log.records[0].message)
		})
	}
}

// A context without a message gets one.
func TestDefaultMessage(t *testing.T) {
	var log logRecords
	l := newLoop(t, log.option())
	l.CallExceptionHandler(future.ErrorContext{Err: errZero, Task: "t"})
	require.Len(t, log.records, 1)
	log.requireLogged(t, 0, "^Unhandled exception in event loop$", errZero)
	require.Equal(t, "t", log.records[0].attrs["task"])
}

// What the reporter has to say comes after the rest, in its order.
func TestAttrsOfContext(t *testing.T) {
	var log logged
	l := newLoop(t, loop.Logger(log.logger()))
	l.CallExceptionHandler(future.ErrorContext{
		Message: "flushing", Err: errZero, Task: "t",
		Attrs: []slog.Attr{slog.String("file", "a.log"), slog.Group("disk", slog.Int("free", 0))},
	})
	require.Contains(t, log.String(), `msg=flushing error="`+errZero.Error()+`" task=t file=a.log disk.free=0`+"\n")
}
