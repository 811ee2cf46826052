package durable

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// A Worker runs the programs of a store that have something to do, each on a loop of its own. There may be
// many workers, on many machines: each program is run by one. Those of a worker that has died are taken over by others.
//
// A program that waits for a long time, and has no activity under way, takes no memory meanwhile: it is put to rest, and
// replayed when its time has come, or a message.
type Worker struct {
	store Store
	o     workerOptions

	mu    sync.Mutex
	mains map[string]programOptions
	runs  map[string]bool    // those that are in memory
	again map[string]failure // those that could not go on
}

// A failure is why a program is left alone for a while.
type failure struct {
	times int
	until time.Time
}

// Programs that cannot go on, as their code has changed or the store fails, are tried again.
const firstRetry, lastRetry = time.Second, time.Minute

type programOptions struct {
	body coro.Func[[]byte]
	o    options
}

// A WorkerOption is one of NewWorker.
type WorkerOption func(*workerOptions)

type workerOptions struct {
	most    int
	every   time.Duration
	restFor time.Duration
	retain  time.Duration // zero for ever
	ended   func(id string, ended bool, err error)
}

// MaxPrograms is how many programs a Worker has in memory at a time, 1,000 if it is not given.
func MaxPrograms(n int) WorkerOption { return func(o *workerOptions) { o.most = max(n, 1) } }

// PollEvery is how often a Worker looks for programs that are due, 100 ms if it is not given.
func PollEvery(d time.Duration) WorkerOption {
	return func(o *workerOptions) { o.every = max(d, time.Millisecond) }
}

// RestFor has programs put to rest that will do nothing for so long, or only if they get a message: 10 seconds
// if it is not given.
func RestFor(d time.Duration) WorkerOption {
	return func(o *workerOptions) { o.restFor = max(d, time.Millisecond) }
}

// OnEnd has f called when a program has ended, with the error that it has returned, or when it could not go on, with why;
// it is tried again after a second, and later after a minute. f is called on any goroutine, also of several
// programs at once.
func OnEnd(f func(id string, ended bool, err error)) WorkerOption {
	return func(o *workerOptions) { o.ended = f }
}

// NewWorker makes a worker. [Register] tells it which programs there are.
func NewWorker(store Store, opts ...WorkerOption) *Worker {
	w := &Worker{store: store, mains: map[string]programOptions{}, runs: map[string]bool{}, again: map[string]failure{},
		o: workerOptions{most: 1000, every: 100 * time.Millisecond, restFor: 10 * time.Second}}
	for _, opt := range opts {
		opt(&w.o)
	}
	return w
}

// Register has a worker run the programs that were begun with that name, see [Start], by main.
func Register[T any](w *Worker, name string, main coro.Func[T], opts ...Option) {
	if main == nil {
		panic("durable: Register of a nil function")
	}
	o := newOptions(opts)
	o.restFor, o.retain = w.o.restFor, w.o.retain
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.mains[name]; ok {
		panic(fmt.Sprintf("durable: Register of %q twice", name))
	}
	w.mains[name] = programOptions{bodyOf(main, &o), o}
}

// Result is what a program has returned, and false as long as it has not ended.
func Result[T any](ctx context.Context, store Store, id string, opts ...Option) (v T, ended bool, err error) {
	o := newOptions(opts)
	entries, err := readEntries(ctx, store, id)
	if err != nil {
		return v, false, err
	}
	last, err := ParseRecord(entries[len(entries)-1])
	if err != nil || !last.Kind.isEnd() {
		return v, false, err
	}
	data, err := o.known.result(last)
	if err != nil {
		return v, true, err
	}
	v, err = decode[T](o.codec, data, "the result of the program")
	return v, true, err
}

// Run runs what is due until ctx is done. It returns when all programs have stopped, with the cause of that, or with an
// error of the store.
func (w *Worker) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	workers := coro.NewWorkers(w.o.most)
	defer workers.Close()
	var all sync.WaitGroup
	defer all.Wait()
	ticker := time.NewTicker(w.o.every)
	defer ticker.Stop()
	for {
		if err := w.look(ctx, &all, workers); err != nil && ctx.Err() == nil {
			cancel(err)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-ticker.C:
		}
	}
}

// look begins to run what is due, as far as there is room.
func (w *Worker) look(ctx context.Context, all *sync.WaitGroup, workers *coro.Workers) error {
	w.mu.Lock()
	room, failed := w.o.most-len(w.runs), len(w.again)
	w.mu.Unlock()
	if room <= 0 {
		return nil
	}
	due, err := w.store.Due(ctx, time.Now(), room+failed)
	if err != nil {
		return fmt.Errorf("durable: looking for programs: %w", err)
	}
	if len(due) < room+failed {
		w.forgetFailures(due)
	}
	for _, id := range due {
		if w.claim(id) {
			all.Go(func() { w.runAndTell(ctx, id, workers) })
		}
	}
	return nil
}

// forgetFailures forgets those of programs that are due no more, as another worker has got on with them. due are all that are.
func (w *Worker) forgetFailures(due []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.again) == 0 {
		return
	}
	isDue, now := make(map[string]bool, len(due)), time.Now()
	for _, id := range due {
		isDue[id] = true
	}
	maps.DeleteFunc(w.again, func(id string, f failure) bool { return !isDue[id] && !w.runs[id] && f.until.Before(now) })
}

// claim reports whether a program is to be run now.
func (w *Worker) claim(id string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.runs[id] || len(w.runs) >= w.o.most || time.Now().Before(w.again[id].until) {
		return false
	}
	w.runs[id] = true
	return true
}

// runAndTell runs a program, and tells of its end.
func (w *Worker) runAndTell(ctx context.Context, id string, workers *coro.Workers) {
	ended, err := w.run(ctx, id, workers)
	tell := ended
	w.mu.Lock()
	delete(w.runs, id)
	if ended || isNoFailure(err) {
		delete(w.again, id)
	} else {
		f := w.again[id]
		// Another worker may have removed it meanwhile. If there it is again it has a journal with nothing in it.
		tell = err != errNoWorkers && (f.times > 0 || !errors.Is(err, ErrNoProgram))
		f.until = time.Now().Add(min(firstRetry<<min(f.times, 10), lastRetry))
		f.times++
		w.again[id] = f
	}
	w.mu.Unlock()
	if tell && w.o.ended != nil && ctx.Err() == nil {
		w.o.ended(id, ended, err)
	}
}

// isNoFailure reports whether a worker has to do with a program no more: it rests, or another worker has it or has seen it to
// its end.
func isNoFailure(err error) bool {
	rests := (*resting)(nil)
	return errors.As(err, &rests) || errors.Is(err, errEnded) || errors.Is(err, ErrRunning)
}

// run runs a program until it ends, or rests. Its loop borrows workers.
func (w *Worker) run(ctx context.Context, id string, workers *coro.Workers) (ended bool, err error) {
	entries, err := readEntries(ctx, w.store, id)
	if err != nil {
		return false, err
	}
	begin, err := ParseRecord(entries[0])
	if err != nil {
		return false, err
	}
	if begin.Name == "" {
		return false, errNoWorkers
	}
	w.mu.Lock()
	main, ok := w.mains[begin.Name]
	known := slices.Sorted(maps.Keys(w.mains))
	w.mu.Unlock()
	if !ok {
		return false, fmt.Errorf("durable: program %q is a %q, and this worker knows %s", id, begin.Name, cmp.Or(strings.Join(known, ", "), "none"))
	}
	main.o.loop = append([]loop.Option{loop.Workers(workers)}, main.o.loop...)
	_, ended, err = run(ctx, w.store, id, main.body, main.o)
	return ended, err
}

// errEnded is the error of a Worker's run of a program that another one has seen to its end meanwhile.
var errEnded = errors.New("durable: the program has ended")

// errNoWorkers is the error of a Worker's run of a program that was begun by Run, which takes it on.
var errNoWorkers = errors.New("durable: the program is no worker's")

// A resting is the error of a run that was put to rest.
type resting struct{ until time.Time }

func (r *resting) Error() string { return fmt.Sprintf("durable: the program rests until %v", r.until) }

// rest is the end of a run that has nothing to do for long.
func (p *program) rest(ctx context.Context, next time.Duration) error {
	if err := p.write(ctx); err != nil {
		return err
	}
	until := Never.Add(-time.Second)
	if next != coro.Forever {
		until = time.Unix(0, int64(p.begin.Time)).Add(next)
	}
	return &resting{until}
}
