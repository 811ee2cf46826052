package sched

import (
	"reflect"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/ouro-loop/ouro/internal/goroutine"
)

// What other goroutines may call, a coroutine may call too, and so may a function that was
// handed to an executor: as in Python, the caller's context counts then. Go has nothing
// that belongs to a goroutine but its stack. So CallerVars reads the stack: it has the
// frames of a loop, of a worker, or of CallJob.
//
// That takes half a microsecond or two. Nobody asks before some context variable has been
// set in this process.
var (
	anySet atomic.Bool               // a variable has been set, in whatever context
	only   atomic.Pointer[Scheduler] // that of the one loop that runs; nil if several do

	// Where several loops run side by side, frames do not tell whose they are. Then the
	// name of the goroutine does, which takes some ten times as long.
	known sync.Map // by goroutine.Name: the *Scheduler whose entries run there

	runningMu sync.Mutex
	running   []*Scheduler // of the loops that run
)

// CallerVars is a copy of the context that the caller is in, whatever goroutine that is
// on. It is false for a goroutine that is in none.
func CallerVars() (Vars, bool) {
	if !anySet.Load() {
		return Vars{}, false
	}
	switch at, number := callerFrame(); at {
	case inJob:
		return jobs.get(number), true
	case inEmptyJob:
		return Vars{}, true
	case inEntry:
		if s := callerScheduler(); s != nil {
			return *s.Vars(), true
		}
	}
	return Vars{}, false
}

type callerPlace int

const (
	outside    callerPlace = iota
	inEntry                // an entry of a loop
	inJob                  // a function that CallJob calls
	inEmptyJob             // one in a context without variables, which has no number
)

// callerFrame looks for the innermost frame that tells where the caller is, and for the
// number of a job.
func callerFrame() (at callerPlace, number uint32) {
	var pcs [64]uintptr
	numbered := false
	for skip := 3; ; skip += len(pcs) {
		n := runtime.Callers(skip, pcs[:])
		for _, pc := range pcs[:n] {
			switch kind := frames.kind(pc); kind {
			case otherFrame:
			case entryFrame:
				return inEntry, 0
			case jobFrame:
				if !numbered {
					return inEmptyJob, 0
				}
				return inJob, number
			default:
				numbered = true
				number = number<<digitBits | uint32(kind-digitFrame)
			}
		}
		if n < len(pcs) {
			return outside, 0
		}
	}
}

// A frameKind is what a frame tells.
type frameKind int

const (
	otherFrame frameKind = iota
	entryFrame           // an entry of a loop runs above it
	jobFrame             // a job runs above it, and the digits of its number
	digitFrame           // the first of the digits
)

// frames are the kinds of the frames that have been seen, by program counter: to ask for
// the function of one takes longer, and allocates if that is inlined.
var frames = frameKinds{seen: map[uintptr]frameKind{}}

type frameKinds struct {
	mu   sync.RWMutex
	seen map[uintptr]frameKind
}

func (f *frameKinds) kind(pc uintptr) frameKind {
	f.mu.RLock()
	kind, ok := f.seen[pc]
	f.mu.RUnlock()
	if !ok {
		kind = kindOf(runtime.FuncForPC(pc - 1).Entry())
		f.mu.Lock()
		f.seen[pc] = kind
		f.mu.Unlock()
	}
	return kind
}

func kindOf(entry uintptr) frameKind {
	switch entry {
	case workerEntry, generatorEntry, restEntry:
		return entryFrame
	case jobEntry:
		return jobFrame
	}
	if digit := slices.Index(digitEntries[:], entry); digit >= 0 {
		return digitFrame + frameKind(digit)
	}
	return otherFrame
}

var (
	restEntry = reflect.ValueOf((*Scheduler).RunRest).Pointer()
	jobEntry  = reflect.ValueOf(CallJob).Pointer()
)

// callerScheduler is the scheduler whose entry the caller is.
func callerScheduler() *Scheduler {
	if s := only.Load(); s != nil {
		return s
	}
	s, _ := known.Load(goroutine.Name())
	found, _ := s.(*Scheduler)
	return found
}

// RunsCaller reports whether an entry of s is what calls, given that some loop's entry is.
// It is not known if there are several loops that run, and no context variables.
func (s *Scheduler) RunsCaller() (runs, known bool) {
	found := callerScheduler()
	return found == s, found != nil
}

// EnterLoop says that the calling goroutine, g, runs the entries of s, until leave is called.
// The error is ErrThread.
func (s *Scheduler) EnterLoop(g goroutine.ID) (leave func(), err error) {
	if err := s.enterThread(g); err != nil {
		return nil, err
	}
	known.Store(g.Name, s)
	setRunning(func() { running = append(running, s) })
	s.enterKey()
	return func() {
		s.leaveKey()
		setRunning(func() {
			at := slices.Index(running, s)
			running = slices.Delete(running, at, at+1)
		})
		known.Delete(g.Name)
		s.leaveThread()
	}, nil
}

func setRunning(change func()) {
	runningMu.Lock()
	defer runningMu.Unlock()
	change()
	if len(running) == 1 {
		only.Store(running[0])
	} else {
		only.Store(nil)
	}
}

// RegisterCaller makes the calling goroutine known, if it is a coroutine's of s.
func (s *Scheduler) RegisterCaller() {
	c := s.current
	if c == nil {
		c = s.host // a callback runs on its stack
	}
	switch {
	case c == nil, c.worker == nil:
	case c.worker.inside != nil:
		c.worker.inside.register()
	default:
		c.worker.register()
	}
}

// register makes the worker's goroutine, which calls it, known. It is called when a
// coroutine begins or sets a variable: another loop may run beside this one later.
func (w *worker) register() {
	if !w.registered {
		w.registered = true
		w.name()
		known.Store(w.goroutine, w.sched)
	}
}

// unregister is called at the end of the worker, or when it is given back.
func (w *worker) unregister() {
	if w.registered {
		w.registered = false
		known.Delete(w.goroutine)
	}
	if w.sched != nil && w.sched.tracking {
		leave(w.key)
	}
}

// name notes the name of the worker's goroutine, which calls it.
func (w *worker) name() {
	if w.goroutine == "" {
		w.goroutine = goroutine.Name()
	}
}

// register, unregister and name are those of a worker.
func (g *Generator) register() {
	if !g.registered {
		g.registered = true
		g.name()
		known.Store(g.goroutine, g.s)
	}
}

func (g *Generator) unregister() {
	if g.registered {
		g.registered = false
		known.Delete(g.goroutine)
	}
	if g.s.tracking {
		leave(g.key)
	}
}

func (g *Generator) name() {
	if g.goroutine == "" {
		g.goroutine = goroutine.Name()
	}
}

// CallJob calls f, which an executor runs, in the context v.
//
//go:noinline
func CallJob(v Vars, f func()) {
	if v.table == nil {
		f()
		return
	}
	number := jobs.add(v)
	defer jobs.remove(number)
	callDigits(number, f)
}

// jobs are the contexts of the jobs that run now, by number.
var jobs jobTable

type jobTable struct {
	mu   sync.Mutex
	vars []Vars
	free []uint32
}

func (t *jobTable) add(v Vars) uint32 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if last := len(t.free) - 1; last >= 0 {
		number := t.free[last]
		t.free = t.free[:last]
		t.vars[number] = v
		return number
	}
	t.vars = append(t.vars, v)
	return uint32(len(t.vars) - 1)
}

func (t *jobTable) remove(number uint32) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.vars[number] = Vars{}
	t.free = append(t.free, number)
}

func (t *jobTable) get(number uint32) Vars {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.vars[number]
}

// The number of a job is written onto its stack as calls of the functions below, one for
// each digit, the lowest first: the innermost frame has the highest.
const digitBits = 2

func callDigits(number uint32, f func()) {
	rest := number >> digitBits
	switch number & (1<<digitBits - 1) {
	case 0:
		digit0(rest, f)
	case 1:
		digit1(rest, f)
	case 2:
		digit2(rest, f)
	default:
		digit3(rest, f)
	}
}

func callRest(rest uint32, f func()) {
	if rest == 0 {
		f()
	} else {
		callDigits(rest, f)
	}
}

//go:noinline
func digit0(rest uint32, f func()) { callRest(rest, f) }

//go:noinline
func digit1(rest uint32, f func()) { callRest(rest, f) }

//go:noinline
func digit2(rest uint32, f func()) { callRest(rest, f) }

//go:noinline
func digit3(rest uint32, f func()) { callRest(rest, f) }

var digitEntries = [1 << digitBits]uintptr{
	reflect.ValueOf(digit0).Pointer(),
	reflect.ValueOf(digit1).Pointer(),
	reflect.ValueOf(digit2).Pointer(),
	reflect.ValueOf(digit3).Pointer(),
}
