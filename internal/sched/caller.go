package sched

import (
	"sync"
	"sync/atomic"

	"github.com/ouro-loop/ouro/internal/goroutine"
)

// What other goroutines may call, a coroutine may call too, and a function that was
// handed to an executor: as in Python, it is then the caller's context that counts. Go
// has nothing that belongs to a goroutine, so this is where the goroutines are that have
// a context: those of loops, of coroutines, and of jobs. It is one map for the process,
// as any of them may call any loop.
//
// To ask takes a microsecond. So nobody asks, and coroutines do not register, before
// some context variable has been set in this process.
var (
	callers sync.Map    // by goroutine.Name: a *Scheduler, or the Vars of a job
	anySet  atomic.Bool // a variable has been set, in whatever context
)

// CallerVars is a copy of the context that the caller is in, whatever goroutine that is
// on. It is false for a goroutine that is in none.
func CallerVars() (Vars, bool) {
	if !anySet.Load() {
		return Vars{}, false
	}
	caller, _ := callers.Load(goroutine.Name())
	switch caller := caller.(type) {
	case *Scheduler:
		return *caller.Vars(), true
	case Vars:
		return caller, true
	}
	return Vars{}, false
}

// EnterLoop says that the calling goroutine runs the entries of s, until leave is called.
func (s *Scheduler) EnterLoop() (leave func()) { return enter(s) }

// EnterJob says that the calling goroutine is in the context v, until leave is called.
func EnterJob(v Vars) (leave func()) {
	if v.table == nil {
		return func() {}
	}
	return enter(v)
}

func enter(caller any) (leave func()) {
	name := goroutine.Name()
	before, nested := callers.Swap(name, caller)
	return func() {
		if nested {
			callers.Store(name, before)
		} else {
			callers.Delete(name)
		}
	}
}

// RegisterCaller makes the calling goroutine known, if it is a coroutine's of s.
func (s *Scheduler) RegisterCaller() {
	c := s.current
	if c == nil {
		c = s.host // a callback runs on its stack
	}
	if c != nil && c.worker != nil {
		c.worker.register()
	}
}

// register makes the worker's goroutine, which calls it, known.
func (w *worker) register() {
	if !w.registered {
		w.registered = true
		w.name()
		callers.Store(w.goroutine, w.pool.sched)
	}
}

// unregister is called at the end of the worker.
func (w *worker) unregister() {
	if w.registered {
		w.registered = false
		callers.Delete(w.goroutine)
	}
}

// name notes the name of the worker's goroutine, which calls it.
func (w *worker) name() {
	if w.goroutine == "" {
		w.goroutine = goroutine.Name()
	}
}
