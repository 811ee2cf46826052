package executor

import (
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/goroutine"
)

// ThreadPool is an [Executor] with a limited number of goroutines, its workers.
// A job goes to an idle worker if there is one, the one that worked last; else
// to a new worker, as long as there are fewer than the limit; else it waits its
// turn, behind those that wait already. Workers are kept until the pool is shut
// down. A pool is made by [NewThreadPool]; its methods are safe for concurrent
// use.
//
// Semantics: concurrent.futures.ThreadPoolExecutor, CPython 3.15.
type ThreadPool struct {
	limit      int
	lockThread bool

	mu       sync.Mutex
	workers  map[*worker]struct{}
	idle     []*worker     // a stack: the last one has worked last
	queue    fifo          // jobs that no worker has yet; empty unless all workers are busy
	shutdown bool          // since the first Shutdown
	ended    chan struct{} // closed once shutdown is set and there are no workers

	hold atomic.Pointer[func() (release func())] // see SetHold
}

// worker is one goroutine of a pool.
type worker struct {
	wake      chan Job // the next job while the worker is idle; closed instead when there will be none
	goroutine string   // its name, for Close; under the pool's lock
}

// Option is an option of [NewThreadPool].
type Option func(*ThreadPool)

// MaxWorkers limits the number of workers, and so of jobs that run at once, to
// n, which must be positive.
//
// The default is min(32, GOMAXPROCS+4): enough for jobs that block and for jobs
// that compute, without surprising a machine of many cores. CPython counts the
// CPUs that the process may use, or as many as PYTHON_CPU_COUNT says. That is
// GOMAXPROCS, which follows affinity, the limits of a container and its
// environment variable, whereas runtime.NumCPU knows affinity only.
func MaxWorkers(n int) Option {
	return func(p *ThreadPool) { p.limit = n }
}

// LockOSThread gives each worker an operating system thread of its own, which
// ends with the worker: for jobs that call into libraries with thread-local
// state, or that change the state of their thread. Handing a job to such a
// worker, and waiting for it, costs the switch of threads that goroutines
// otherwise save. On js/wasm, which has one thread, it changes nothing.
func LockOSThread() Option {
	return func(p *ThreadPool) { p.lockThread = true }
}

// NewThreadPool returns a pool that has no worker yet. It fails if an option is
// out of range. The pool should be ended by [ThreadPool.Shutdown] or
// [ThreadPool.Close].
func NewThreadPool(opts ...Option) (*ThreadPool, error) {
	p := &ThreadPool{
		limit:   min(32, runtime.GOMAXPROCS(0)+4),
		workers: make(map[*worker]struct{}),
		ended:   make(chan struct{}),
	}
	for _, opt := range opts {
		if opt == nil {
			panic("executor: a nil Option; leave it out")
		}
		opt(p)
	}
	if p.limit <= 0 {
		return nil, fmt.Errorf("executor: MaxWorkers(%d): must be greater than 0", p.limit)
	}
	return p, nil
}

// Execute implements [Executor]. It panics if job is nil.
//
// A job may end its goroutine with runtime.Goexit; another worker then takes
// the place of the one that is lost. It should not panic. If it does, the panic
// is logged as the package comment says, and the worker is replaced as well.
// Jobs made by [Submit] never panic.
func (p *ThreadPool) Execute(job Job) error {
	if job == nil {
		panic("executor: Execute of a nil job")
	}
	p.mu.Lock()
	switch last := len(p.idle) - 1; {
	case p.shutdown:
		p.mu.Unlock()
		return ErrShutdown
	case last >= 0:
		w := p.idle[last]
		p.idle[last] = nil
		p.idle = p.idle[:last]
		p.mu.Unlock() // before waking w, which wants the lock soon
		w.wake <- job // has room: w gets no other job until it is idle again
	case len(p.workers) < p.limit:
		p.start(job)
		p.mu.Unlock()
	default:
		p.queue.push(job)
		p.mu.Unlock()
	}
	return nil
}

// SetHold has hold called for each job that [Submit] hands to the pool, see [Holder]. With nil
// that is over.
func (p *ThreadPool) SetHold(hold func() (release func())) {
	if hold == nil {
		p.hold.Store(nil)
	} else {
		p.hold.Store(&hold)
	}
}

// Hold implements [Holder].
func (p *ThreadPool) Hold() (release func()) {
	if hold := p.hold.Load(); hold != nil {
		return (*hold)()
	}
	return nil
}

// Shutdown implements [Executor]. Idle workers end at once, the others when
// there is no job left for them; the channel is closed when the last one ends.
func (p *ThreadPool) Shutdown(pending Pending) <-chan struct{} {
	var canceled fifo
	p.mu.Lock()
	if pending == CancelPending {
		p.queue, canceled = canceled, p.queue
	}
	if !p.shutdown {
		p.shutdown = true
		for _, w := range p.idle {
			close(w.wake)
		}
		p.idle = nil
		p.endIfLast()
	}
	p.mu.Unlock()

	// Not under the lock: canceling calls what the user has attached to futures.
	cancelAll(&canceled)
	return p.ended
}

// Close shuts the pool down, lets the pending jobs run and waits until all
// workers have ended. It panics, having shut the pool down, if one of the
// pool's own jobs calls it: that job would wait for itself.
//
// Semantics: leaving a "with ThreadPoolExecutor()" block, CPython 3.15; the
// panic is the RuntimeError "cannot join current thread".
func (p *ThreadPool) Close() {
	ended := p.Shutdown(RunPending)
	if p.isWorker(goroutine.Name()) {
		panic("executor: Close of a pool in one of its own jobs, which would wait for itself")
	}
	<-ended
}

// start starts a worker on its first job. The lock is held.
func (p *ThreadPool) start(job Job) {
	w := &worker{wake: make(chan Job, 1)}
	p.workers[w] = struct{}{}
	go p.work(w, job)
}

// work is the life of a worker.
func (p *ThreadPool) work(w *worker, job Job) {
	defer p.retire(w)
	if p.lockThread {
		runtime.LockOSThread() // never unlocked, which ends the thread with the goroutine
	}
	p.identify(w, goroutine.Name())
	for job != nil {
		job.Run()
		job = p.next(w)
	}
}

// next returns the next job of w, for which it may have to wait, or nil if
// there will be none.
func (p *ThreadPool) next(w *worker) Job {
	p.mu.Lock()
	job := p.queue.pop()
	if job != nil || p.shutdown {
		p.mu.Unlock()
		return job
	}
	p.idle = append(p.idle, w)
	p.mu.Unlock()
	return <-w.wake
}

// retire is the end of every worker. It is deferred, for a job may end the goroutine,
// by a panic or by runtime.Goexit; the queue may need another worker then.
func (p *ThreadPool) retire(w *worker) {
	if value := recover(); value != nil {
		slog.Error("executor: panic in a job", "panic", value, "stack", frames.OneLine(debug.Stack()))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.workers, w)
	if job := p.queue.pop(); job != nil {
		p.start(job)
	}
	if p.shutdown {
		p.endIfLast()
	}
}

// endIfLast is called under the lock, after shutdown has been set and after
// each worker that leaves from then on.
func (p *ThreadPool) endIfLast() {
	if len(p.workers) == 0 {
		close(p.ended)
	}
}

func (p *ThreadPool) identify(w *worker, name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.goroutine = name
}

func (p *ThreadPool) isWorker(name string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for w := range p.workers {
		if name != "" && w.goroutine == name {
			return true
		}
	}
	return false
}
