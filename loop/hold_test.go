package loop_test

import (
	"bytes"
	"context"
	"log/slog"
	"regexp"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/loop"
)

// A virtual clock does not pass work that was announced, and nothing is a deadlock then.
func TestHold(t *testing.T) {
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		l := loop.Of(co)
		f := loop.CreateFuture[string](l)
		release := l.Hold()
		require.Equal(t, 1, l.Outside())
		late := l.CallLater(time.Second, func() { _ = f.SetResult("the timer was first") })
		parked, released := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(released)
			<-parked
			_, err := l.CallSoonThreadsafe(func() { late.Cancel(); _ = f.SetResult("held") })
			if err != nil {
				panic(err)
			}
			release()
			release() // again
		}()
		close(parked)
		v, err := f.Await(co)
		require.Equal(t, "held", v)
		require.Zero(t, l.Time())
		<-released // which may come after what was posted before it
		require.Zero(t, l.Outside())
		return err
	}, loop.VirtualTime(true)))
}

// The release of the last Hold lets a clock go on that has nothing else to do, however it
// meets the loop on its way to wait.
func TestHoldIsReleased(t *testing.T) {
	for range 2000 {
		l := loop.New(loop.VirtualTime(true))
		release := l.Hold()
		l.CallLater(time.Hour, l.Stop)
		go release()
		require.NoError(t, l.RunForever())
		require.Equal(t, time.Hour, l.Time())
		require.NoError(t, l.Close())
	}
}

// AdvanceTo does not go further than it was told to, whenever the last Hold is released.
func TestHoldIsReleasedInAdvanceTo(t *testing.T) {
	l := newLoop(t)
	releases := make(chan func())
	defer close(releases)
	go func() {
		for release := range releases {
			release()
		}
	}()
	for i := range 20_000 {
		releases <- l.Hold()
		to := l.Time() + time.Minute
		var late loop.TimerHandle
		if i%2 == 0 {
			late = l.CallAt(to+time.Hour, func() {})
		}
		require.NoError(t, l.AdvanceTo(to))
		require.Equal(t, to, l.Time())
		late.Cancel()
	}
}

// What was posted before a release runs before the clock moves, however it meets the loop on
// its way to wait.
func TestHoldCoversWhatItLeadsTo(t *testing.T) {
	l := newLoop(t)
	holds := make(chan func())
	defer close(holds)
	at := time.Duration(-1)
	go func() {
		for release := range holds {
			_, err := l.CallSoonThreadsafe(func() { at = l.Time(); l.Stop() })
			if err != nil {
				panic(err)
			}
			release()
		}
	}()
	for range 20_000 {
		late := l.CallLater(time.Hour, func() {})
		holds <- l.Hold()
		require.NoError(t, l.RunForever())
		require.Zero(t, at)
		late.Cancel()
	}
}

// Goroutines that hold and release many times stop no sleep for good.
func TestHoldOfMany(t *testing.T) {
	var holders sync.WaitGroup
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		l := loop.Of(co)
		for range 8 {
			holders.Go(func() {
				for range 5000 {
					l.Hold()()
					runtime.Gosched()
				}
			})
		}
		for range 1000 {
			if err := coro.Sleep(co, time.Minute); err != nil {
				return err
			}
		}
		holders.Wait()
		require.Zero(t, l.Outside())
		require.Equal(t, 1000*time.Minute, l.Time())
		return nil
	}, loop.VirtualTime(true)))
}

// What executor.Submit hands to the loop's executor counts, however it ends.
func TestHoldOfExecutorSubmit(t *testing.T) {
	pool, err := executor.NewThreadPool(executor.MaxWorkers(1))
	require.NoError(t, err)
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		l := loop.Of(co)
		l.SetDefaultExecutor(pool)
		let := make(chan struct{})
		done := loop.CreateFuture[coro.None](l)
		f, err := executor.Submit(pool, func() (int, error) { <-let; return 1, nil })
		require.NoError(t, err)
		f.AddDoneCallback(func(*executor.Future[int]) {
			_, _ = l.CallSoonThreadsafe(func() { _ = done.SetResult(coro.None{}) })
		})
		canceled, err := executor.Submit(pool, func() (int, error) { return 2, nil })
		require.NoError(t, err)
		require.Equal(t, 2, l.Outside())
		require.True(t, canceled.Cancel())
		close(let)
		_, err = done.Await(co)
		require.Zero(t, l.Time())
		return err
	}, loop.VirtualTime(true)))
	_, err = executor.Submit(pool, func() (int, error) { return 3, nil })
	require.Equal(t, executor.ErrShutdown, err)
}

// A Receive in the background holds nothing up.
func TestReceiveInTheBackground(t *testing.T) {
	orders := make(chan string)
	err := loop.Main(func(co *coro.Co) error {
		coro.CreateTask(co, loop.Receive(orders, loop.Background()), coro.Name("orders"))
		if err := coro.Sleep(co, time.Hour); err != nil {
			return err
		}
		require.Zero(t, loop.Of(co).Outside())
		_, err := loop.CreateFuture[int](loop.Of(co)).Await(co)
		return err
	}, loop.VirtualTime(true))
	var deadlock *loop.DeadlockError
	require.ErrorAs(t, err, &deadlock)
	require.Len(t, deadlock.Tasks, 2)
	require.PanicsWithValue(t, "loop: a nil ReceiveOption; leave it out", func() { loop.Receive(orders, nil) })
}

// After some seconds the loop says what its virtual clock waits for.
func TestHoldIsTold(t *testing.T) {
	restore := loop.SetPatience(time.Millisecond)
	defer restore()
	var out lockedBuffer
	let := make(chan struct{})
	out.wrote = func() { close(let) }
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		release := loop.Of(co).Hold()
		defer release()
		g, err := coro.Gather(co, loop.ToThread(wait(let)), loop.ToThread(wait(let)), loop.Go(wait(let))).Await(co)
		require.Len(t, g, 3)
		return err
	}, loop.VirtualTime(true), loop.Logger(slog.New(slog.NewTextHandler(&out, nil)))))
	require.Regexp(t, regexp.MustCompile(`The virtual clock stands still: it waits for 1 goroutine.*, 1 hold since \S+hold_test.go:\d+, 2 threads`), out.String())
}

// A logger that panics when it is told ends neither the run nor the process.
func TestHoldIsToldToALoggerThatPanics(t *testing.T) {
	defer loop.SetPatience(time.Millisecond)()
	main := func(release *func(), told chan struct{}) coro.Func[coro.None] {
		return coro.Do(func(co *coro.Co) error {
			*release = loop.Of(co).Hold()
			go func() {
				<-told
				(*release)()
			}()
			return coro.Sleep(co, time.Hour)
		})
	}
	t.Run("Run", func(t *testing.T) {
		var release func()
		told := make(chan struct{})
		_, err := loop.Run(main(&release, told), loop.VirtualTime(true), loop.Logger(slog.New(&loggedBadly{told: told})))
		require.NoError(t, err)
	})
	t.Run("RunGuest", func(t *testing.T) {
		var release func()
		told := make(chan struct{})
		m := newMainLoop()
		loop.RunGuest(main(&release, told), m.soon, func(_ coro.None, err error) {
			m.ended = true
			require.NoError(t, err)
		}, loop.VirtualTime(true), loop.Interrupts(false), loop.Logger(slog.New(&loggedBadly{told: told})))
		m.run(t)
	})
}

// loggedBadly is a log handler that says when it was told the last time: of its own panic.
type loggedBadly struct {
	slog.Handler
	told  chan struct{}
	times int
}

func (*loggedBadly) Enabled(context.Context, slog.Level) bool { return true }

func (p *loggedBadly) Handle(context.Context, slog.Record) error {
	if p.times++; p.times == 3 {
		close(p.told)
	}
	panic("no log")
}

// It says where the program has sent the work out, as far as that was the program.
func TestHoldIsToldWithItsLine(t *testing.T) {
	defer loop.SetPatience(time.Millisecond)()
	for kind, out := range map[string]func(co *coro.Co, let chan struct{}) error{
		"thread":    func(co *coro.Co, let chan struct{}) error { _, err := loop.ToThread(wait(let))(co); return err },
		"goroutine": func(co *coro.Co, let chan struct{}) error { _, err := loop.Go(wait(let))(co); return err },
		"channel": func(co *coro.Co, let chan struct{}) error {
			_, err := loop.Receive(let)(co)
			require.Equal(t, loop.ErrChannelClosed, err)
			return nil
		},
		"future": func(co *coro.Co, let chan struct{}) error {
			f := new(executor.Future[int])
			go func() { <-let; _ = f.SetResult(1) }()
			w, err := loop.WrapFuture(loop.Of(co), f)
			require.NoError(t, err)
			_, err = w.Await(co)
			return err
		},
	} {
		t.Run(kind, func(t *testing.T) {
			var log lockedBuffer
			let := make(chan struct{})
			log.wrote = func() { close(let) }
			require.NoError(t, loop.Main(func(co *coro.Co) error { return out(co, let) },
				loop.VirtualTime(true), loop.Logger(slog.New(slog.NewTextHandler(&log, nil)))))
			require.Regexp(t, `it waits for 1 `+kind+` since \S+hold_test\.go:\d+\.`, log.String())
		})
	}
}

func wait(let chan struct{}) func(context.Context) (int, error) {
	return func(context.Context) (int, error) { <-let; return 0, nil }
}

// A lockedBuffer calls wrote when it is first written to.
type lockedBuffer struct {
	mu    sync.Mutex
	b     bytes.Buffer
	wrote func()
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.b.Len() == 0 {
		defer b.wrote()
	}
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
