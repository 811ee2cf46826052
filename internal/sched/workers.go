package sched

import (
	"sync"

	"github.com/ouro-loop/ouro/internal/goroutine"
)

// Workers lends workers to schedulers that do not run all the time. Only those are given back that have yielded, which a
// worker does after it was put into the pool: so it is not while their scheduler runs.
type Workers struct {
	mu     sync.Mutex
	idle   []*worker
	most   int
	closed bool
}

// Init has up to most idle workers be kept.
func (l *Workers) Init(most int) { l.most = most }

// Borrow has s take workers from l, and give them back whenever it does not run. It comes before the first run.
func (s *Scheduler) Borrow(l *Workers) { s.pool.lender = l }

// lend is a worker for s, nil if there is none that can be resumed there.
func (l *Workers) lend(s *Scheduler) *worker {
	if l == nil || s.thread != "" {
		return nil
	}
	w := l.take()
	if w == nil {
		return nil
	}
	w.sched = s
	if s.tracking {
		w.track()
	}
	return w
}

func (l *Workers) take() *worker {
	l.mu.Lock()
	defer l.mu.Unlock()
	last := len(l.idle) - 1
	if last < 0 {
		return nil
	}
	w := l.idle[last]
	l.idle[last] = nil
	l.idle = l.idle[:last]
	return w
}

// put takes workers back, and returns those that there is no room for.
func (l *Workers) put(ws []*worker) (rest []*worker) {
	l.mu.Lock()
	defer l.mu.Unlock()
	room := l.most - len(l.idle)
	if l.closed {
		room = 0
	}
	n := min(len(ws), room)
	l.idle = append(l.idle, ws[:n]...)
	return ws[n:]
}

// Close ends the idle workers, and from now on those that are given back.
func (l *Workers) Close() {
	l.mu.Lock()
	idle := l.idle
	l.idle, l.closed = nil, true
	l.mu.Unlock()
	if len(idle) > 0 {
		stopAll(idle, goroutine.Self().Locked)
	}
}

// giveBack gives the idle workers to who has lent some. It is for a scheduler that does not run, on a goroutine that
// is not locked to its OS thread.
func (s *Scheduler) giveBack() {
	p := &s.pool
	if p.lender == nil || len(p.idle) == 0 {
		return
	}
	for _, w := range p.idle {
		w.unregister()
		w.sched = nil
	}
	stopAll(p.lender.put(p.idle), false)
	clear(p.idle)
	p.idle, p.least = p.idle[:0], 0
}

// stopAll ends workers that have yielded. Away says that they were made on goroutines without a lock to an OS
// thread, and the caller has one.
func stopAll(ws []*worker, away bool) {
	if len(ws) == 0 {
		return
	}
	stop := func() {
		for _, w := range ws {
			w.stop()
		}
	}
	if away {
		elsewhere(stop)
	} else {
		stop()
	}
}
