package loop

import (
	"context"
	"io"
	"log/slog"
	"math"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/driver"
	"github.com/ouro-loop/ouro/trace"
)

// Option is an option of New, NewRunner and Run.
type Option func(*options)

type options struct {
	virtual      bool
	startTime    time.Time
	rate         float64 // zero if it is not given
	clock        Clock
	stuckAfter   int
	onAdvance    func(from, to time.Duration)
	debug        bool
	slowCallback time.Duration
	logger       *slog.Logger
	handler      ExceptionHandler
	eager        bool
	maxIdle      int
	workers      *coro.Workers
	ctx          context.Context
	interrupts   bool
	hermetic     bool
	ioBudget     int
	ownPoller    bool
	recorder     *trace.Recorder
	regions      bool
	leaks        bool
	seed         *uint64
	watchdogs    []watchOptions
	recordTo     io.Writer
	replayFrom   io.Reader
	endContext   context.CancelCauseFunc // of a replay
}

func newOptions(opts []Option) options {
	o := options{
		slowCallback: 100 * time.Millisecond,
		stuckAfter:   defaultStuckAfter,
		maxIdle:      10_000,
		ioBudget:     driver.DefaultBudget,
		ctx:          context.Background(),
		interrupts:   true,
	}
	for _, opt := range opts {
		if opt == nil {
			panic("loop: a nil Option; leave it out")
		}
		opt(&o)
	}
	o.checkClocks()
	o.checkTapes()
	return o
}

// Debug turns on asyncio's debug mode: calls from a wrong goroutine panic, slow
// callbacks are logged, errors tell where their callback was scheduled or their task
// created, and an interrupt where the main task stands. It
// costs time.
func Debug(on bool) Option { return func(o *options) { o.debug = on } }

// SlowCallback is how long a callback or step may run in debug mode before it is
// logged, 100 ms if it is not given.
func SlowCallback(d time.Duration) Option { return func(o *options) { o.slowCallback = d } }

// Logger is where the loop logs, slog.Default() if it is not given.
func Logger(logger *slog.Logger) Option { return func(o *options) { o.logger = logger } }

// OnException sets the exception handler, as [Loop.SetExceptionHandler] does.
func OnException(h ExceptionHandler) Option { return func(o *options) { o.handler = h } }

// EagerTasks makes every task start inside the call that creates it.
//
// Semantics: asyncio.eager_task_factory, CPython 3.15.
func EagerTasks(on bool) Option { return func(o *options) { o.eager = on } }

// MaxIdleWorkers bounds the coroutine workers that are kept for the next task, 10,000
// if it is not given. Each costs a goroutine's stack, of 2 kB or more; those that are more than 256, and that nothing has
// needed while the garbage collector ran eight times, are given up.
func MaxIdleWorkers(n int) Option { return func(o *options) { o.maxIdle = max(n, 0) } }

// Workers has the loop borrow its coroutine workers, from w. See there for what that is for.
func Workers(w *coro.Workers) Option {
	if w == nil {
		panic("loop: nil Workers; leave the option out, or give coro.NewWorkers(n)")
	}
	return func(o *options) { o.workers = w }
}

// IOBudget is how many operations on sockets, pipes and the like the tasks do in an iteration
// without giving way, 64 if it is not given. From then on until the next iteration a task that has done
// four in its turn, or n if that is less, lets everything else that is ready have its turn before the next
// one, once, and the loop looks for timers and descriptors. So no peer that never stops sending keeps the
// loop to itself.
//
// asyncio has no such bound: there a task that always finds data starves the others.
func IOBudget(n int) Option {
	if n <= 0 {
		panic("loop: IOBudget of less than one")
	}
	return func(o *options) { o.ioBudget = min(n, math.MaxInt32) }
}

// OwnPoller has a loop that waits for sockets, pipes and the like wait in the kernel, with its thread, and
// not in Go's poller. It is for a loop that waits for little else: a server with one busy connection takes two
// thirds of the CPU, see docs/benchmarks.md; and for one beside goroutines that compute on all processors:
// Go looks at its poller every 10 ms only then, and the kernel wakes the loop at once. To have it woken by
// other goroutines costs several times as much; and with GOMAXPROCS=1 a goroutine may wait for the processor, which the
// loop has while it waits, until Go takes that back: after 20 us as a rule, and 20 ms at most. Where it is
// Linux; elsewhere the option changes nothing.
func OwnPoller(on bool) Option { return func(o *options) { o.ownPoller = on } }

// Context makes ctx the parent of every task's context. When it is done, a Run is
// ended as by a Ctrl-C: its main task is canceled, and Run returns the cause.
func Context(ctx context.Context) Option {
	if ctx == nil {
		panic("loop: Context of a nil context; leave the option out, or give context.Background()")
	}
	return func(o *options) { o.ctx = ctx }
}

// Interrupts says whether Run handles the interrupt signal, which it does if this
// is not given. Inside a testing/synctest bubble it never does.
func Interrupts(handle bool) Option { return func(o *options) { o.interrupts = handle } }
