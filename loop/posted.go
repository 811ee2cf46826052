package loop

import (
	"sync/atomic"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/record"
	"github.com/ouro-loop/ouro/internal/sched"
)

// PostedHandle is a callback that was scheduled with CallSoonThreadsafe. It is a
// value, and can be copied. Its methods are safe for concurrent use.
//
// Semantics: asyncio.Handle, CPython 3.15.
//
// # Differences from asyncio
//
// Canceling a callback that has begun changes nothing: Canceled stays false.
type PostedHandle struct {
	p       *posted
	waiting uint64 // p's state as long as this callback waits in it
}

// Cancel keeps the callback from being called, if that has not begun yet.
func (h PostedHandle) Cancel() {
	if h.p != nil {
		h.p.state.CompareAndSwap(h.waiting, h.waiting|postedCanceled)
	}
}

// Canceled reports whether the callback was canceled before it was called.
func (h PostedHandle) Canceled() bool {
	return h.p != nil && h.p.state.Load() == h.waiting|postedCanceled
}

// CallSoonThreadsafe is CallSoon for other goroutines: it wakes the loop. It is
// safe for concurrent use; callbacks from one goroutine are called in order. The
// error is ErrClosed if the loop is closed.
//
// fn is called in a copy of the caller's context if that has one: if it is a task, a
// callback, or a function that [ToThread] or [Go] runs. Otherwise it is called in a copy
// of the loop's own.
//
// Semantics: asyncio.loop.call_soon_threadsafe, CPython 3.15.
func (l *Loop) CallSoonThreadsafe(fn func(), opts ...future.CallOption) (PostedHandle, error) {
	if fn == nil {
		panic("loop: CallSoonThreadsafe of a nil function")
	}
	l.mustBeMade()
	if err := l.hermetically("CallSoonThreadsafe"); err != nil {
		return PostedHandle{}, err
	}
	return l.post(record.Post, fn, opts...)
}

// post is CallSoonThreadsafe of a loop that may take it, from what a record calls so.
func (l *Loop) post(from record.Source, fn func(), opts ...future.CallOption) (PostedHandle, error) {
	h := l.inbox.giveOut(l)
	h.p.fn = fn
	h.p.setContext(opts)
	leave := &h.p.post
	if l.tape != nil {
		leave = newTapedPost(h, from)
	}
	if err := l.inbox.deliver(leave); err != nil {
		h.p.fn, h.p.in = nil, nil
		return PostedHandle{}, err
	}
	return h, nil
}

func (p *posted) setContext(opts []future.CallOption) {
	if len(opts) > 0 {
		p.in = collect(opts).Vars
	}
	if p.in == nil {
		if vars, ok := sched.CallerVars(); ok {
			p.vars, p.in = vars, &p.vars
		}
	}
}

// A posted is a function that came from another goroutine. It is used again once it
// has run, which its state counts.
type posted struct {
	post
	block *postedBlock
	fn    func()
	in    *sched.Vars // the context: what it was given, or vars; nil for the loop's own
	vars  sched.Vars  // a copy of the caller's context, or, when it runs, of the loop's own
	state atomic.Uint64
}

// The state of a posted is twice the number of functions that it has run, plus
// postedCanceled since a Cancel came before the call. One that was canceled stays so,
// and is not used again: handles may still ask about it.
const (
	postedCanceled = 1
	postedRan      = 2
)

func (p *posted) Run() {
	if p.begin() {
		p.call()
		p.block.ended()
	}
}

// begin reports whether the function is to be called: it was not canceled, and cannot be any more.
func (p *posted) begin() bool {
	state := p.state.Load()
	if state&postedCanceled != 0 || !p.state.CompareAndSwap(state, state+postedRan) {
		p.fn = nil
		return false
	}
	return true
}

func (p *posted) call() {
	s, in := &p.block.loop.sched, p.in
	if in == nil {
		if vars := *s.Vars(); vars != p.vars { // seldom: the loop's own is empty as a rule
			p.vars = vars
		}
		in = &p.vars
	}
	s.Call(in, p.fn)
	p.fn, p.in = nil, nil
}

// A postedBlock is as many posted calls as are made at once, and used again at once:
// when all have run. If one is canceled, or panics, that does not happen, and the block
// is left to the garbage collector. So what the goroutines that post and the loop do to
// a posted is a function stored and cleared, and nothing else is handed to and fro.
type postedBlock struct {
	loop  *Loop
	state uint64 // of all calls that are not given out
	given int    // so many calls are given out
	_     [cacheLine]byte

	ran   int // the loop's
	calls [63]posted
}

func newPostedBlock(l *Loop) *postedBlock {
	k := &postedBlock{loop: l}
	for i := range k.calls {
		p := &k.calls[i]
		p.entry, p.block = p, k
	}
	return k
}

// giveOut gives out a call. It is for any goroutine: the pool has a block for each
// processor.
func (b *inbox) giveOut(l *Loop) PostedHandle {
	k, _ := b.blocks.Get().(*postedBlock)
	if k == nil {
		k = newPostedBlock(l)
	}
	h := PostedHandle{&k.calls[k.given], k.state}
	if k.given++; k.given < len(k.calls) {
		b.blocks.Put(k)
	}
	return h
}

// ended is called on the loop when one more call has run.
func (k *postedBlock) ended() {
	if k.ran++; k.ran == len(k.calls) {
		k.ran, k.given = 0, 0
		k.state += postedRan
		k.loop.inbox.blocks.Put(k)
	}
}
