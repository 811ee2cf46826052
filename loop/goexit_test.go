package loop_test

import (
	"iter"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// onGoroutine runs f on a goroutine of its own and waits for its end, by a return
// or a Goexit. It reports whether f returned.
func onGoroutine(f func()) (returned bool) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		f()
		returned = true
	}()
	<-ended
	return returned
}

func TestGoexitInCoroutine(t *testing.T) {
	noLeak(t)
	for _, test := range []struct {
		name string
		main coro.Func[int]
	}{
		{"in main", func(co *coro.Co) (int, error) {
			runtime.Goexit()
			return 0, nil
		}},
		{"after a suspension", func(co *coro.Co) (int, error) {
			require.NoError(t, coro.Sleep(co, time.Second))
			runtime.Goexit()
			return 0, nil
		}},
		{"in a task", func(co *coro.Co) (int, error) {
			return coro.CreateTask(co, func(*coro.Co) (int, error) {
				runtime.Goexit()
				return 0, nil
			}).Await(co)
		}},
		{"in an eager task", func(co *coro.Co) (int, error) {
			return coro.CreateTask(co, func(*coro.Co) (int, error) {
				runtime.Goexit()
				return 0, nil
			}, coro.Eager(true)).Await(co)
		}},
		{"in a callback", func(co *coro.Co) (int, error) {
			loop.Of(co).CallSoon(runtime.Goexit)
			return 0, coro.Sleep(co, time.Second)
		}},
		{"in a callback, and deferred functions await", func(co *coro.Co) (int, error) {
			defer func() { _ = coro.Sleep(co, time.Second) }()
			loop.Of(co).CallSoon(runtime.Goexit)
			return 0, coro.Sleep(co, time.Second)
		}},
		{"in a callback, while an iterator awaits", func(co *coro.Co) (int, error) {
			next, stop := iter.Pull(func(yield func(int) bool) {
				loop.Of(co).CallSoon(runtime.Goexit)
				_ = coro.Sleep(co, time.Second)
			})
			defer stop()
			next()
			return 0, nil
		}},
		{"inside an iterator that awaits", func(co *coro.Co) (int, error) {
			next, stop := iter.Pull(func(yield func(int) bool) {
				_ = coro.Sleep(co, time.Second)
				runtime.Goexit()
			})
			defer stop()
			next()
			return 0, nil
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			noLeak(t)
			unwound := 0
			returned := onGoroutine(func() {
				_, _ = loop.Run(func(co *coro.Co) (int, error) {
					defer func() { unwound++ }()
					for range 3 { // bystanders
						coro.CreateTask(co, func(co *coro.Co) (int, error) {
							defer func() { unwound++ }()
							return 0, coro.Sleep(co, time.Hour)
						})
					}
					if err := coro.Sleep(co, 0); err != nil {
						return 0, err
					}
					return test.main(co)
				}, loop.VirtualTime(true), loop.Logger((&logged{}).logger()))
			})
			require.False(t, returned, "the goroutine that ran the loop ends with it")
			require.Equal(t, 4, unwound, "every function's deferred calls have run")
		})
	}
}

// A function that is taken along by somebody else's Goexit may await in its deferred
// functions: that ends them, and is reported to nobody.
func TestGoexitTakesAlongWhatAwaitsInDefers(t *testing.T) {
	goexit := func(*coro.Co) (int, error) {
		runtime.Goexit()
		return 0, nil
	}
	for name, main := range map[string]coro.Func[int]{
		"in a task":        func(co *coro.Co) (int, error) { return coro.CreateTask(co, goexit).Await(co) },
		"in an eager task": func(co *coro.Co) (int, error) { return coro.CreateTask(co, goexit, coro.Eager(true)).Await(co) },
		"in a callback": func(co *coro.Co) (int, error) {
			loop.Of(co).CallSoon(runtime.Goexit)
			return 0, coro.Sleep(co, time.Second)
		},
		"in an eager task of a callback": func(co *coro.Co) (int, error) {
			loop.Of(co).CallSoon(func() { coro.CreateTask(loop.Of(co), goexit, coro.Eager(true)) })
			return 0, coro.Sleep(co, time.Second)
		},
		"in the exception handler": func(co *coro.Co) (int, error) {
			loop.Of(co).CallSoon(func() { panic("here") })
			return 0, coro.Sleep(co, time.Second)
		},
	} {
		t.Run(name, func(t *testing.T) {
			noLeak(t)
			var told []string
			onGoroutine(func() {
				_, _ = loop.Run(func(co *coro.Co) (int, error) {
					defer func() { _ = coro.Sleep(co, time.Second) }()
					return main(co)
				}, loop.VirtualTime(true), loop.OnException(func(_ *loop.Loop, c future.ErrorContext) {
					if c.Err == nil {
						return // the task that was pending
					}
					if strings.HasPrefix(c.Err.Error(), "panic: here") {
						runtime.Goexit()
					}
					told = append(told, c.Message+": "+c.Err.Error())
				}))
			})
			require.Empty(t, told)
		})
	}
}

// FailNow is a Goexit: the test must fail at once, and nothing must hang.
func TestFailNowInsideCoroutine(t *testing.T) {
	noLeak(t)
	failed := &failing{}
	returned := onGoroutine(func() {
		_, _ = loop.Run(func(co *coro.Co) (int, error) {
			require.Equal(failed, 1, 2)
			return 0, nil
		}, loop.VirtualTime(true))
	})
	require.False(t, returned)
	require.True(t, failed.failed)
}

// failing is a require.TestingT that ends its goroutine as testing.T does.
type failing struct{ failed bool }

func (f *failing) Errorf(string, ...any) {}

func (f *failing) FailNow() {
	f.failed = true
	runtime.Goexit()
}
