package loop

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/ouro-loop/ouro/future"
)

// inbox is where other goroutines leave work for the loop, and how they wake it.
// It is the only part of a loop that is shared.
//
// What the loop looks at all the time is kept away from what the others write with
// every post, and both from the rest of the loop: cores that share a cache line
// wait for each other.
type inbox struct {
	_      [cacheLine]byte
	some   atomic.Bool // something is in posts; changes under mu
	parked atomic.Bool // the loop waits on wake, or is about to; who clears it for the loop sends
	wake   chan struct{}
	_      [cacheLine]byte

	mu     sync.Mutex
	posts  ready
	calls  postedCalls
	closed bool
	_      [cacheLine]byte
}

// cacheLine is at least the size of one.
const cacheLine = 128

// post leaves r for the loop, from any goroutine. The error is ErrClosed if
// nobody will take it.
func (b *inbox) post(r future.Runnable) error {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return ErrClosed
	}
	b.deliver(r)
	return nil
}

// postCall is post for a function, which it makes into a *posted.
func (b *inbox) postCall(l *Loop, fn func()) (PostedHandle, error) {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return PostedHandle{}, ErrClosed
	}
	h := b.calls.take(l)
	h.p.fn = fn
	b.deliver(h.p)
	return h, nil
}

// deliver is called under the lock, and releases it. Of a batch only the first is
// worth a wake: until the loop has taken it, the loop does not park.
func (b *inbox) deliver(r future.Runnable) {
	first := b.posts.n == 0
	b.posts.push(r)
	if first {
		b.some.Store(true)
	}
	b.mu.Unlock()
	if first {
		b.rouse()
	}
}

// rouse ends the loop's wait, if it waits. Callers have made what they want seen
// visible before; the loop says that it is parked before it looks a last time; so
// one of the two sees the other.
func (b *inbox) rouse() {
	if b.parked.Load() && b.parked.CompareAndSwap(true, false) {
		b.wake <- struct{}{} // has room: there is one for each time that the loop parks
	}
}

// unpark is for the loop that does not wait for wake after all.
func (b *inbox) unpark() {
	if !b.parked.CompareAndSwap(true, false) {
		<-b.wake // it is sent, or about to be
	}
}

// close makes the inbox refuse what comes, and forget what has come.
func (b *inbox) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed, b.posts, b.calls = true, ready{}, postedCalls{}
}

// takeInbox moves what was posted to the ready queue, in order. With nothing ready,
// the two queues change places.
func (l *Loop) takeInbox() {
	b := &l.inbox
	b.mu.Lock()
	b.some.Store(false)
	b.calls.giveBack(&l.spentCalls)
	posts := b.posts
	if l.ready.n == 0 {
		b.posts = l.ready
		b.mu.Unlock()
		l.ready = posts
		return
	}
	b.posts = l.spareInbox
	b.mu.Unlock()
	for posts.n > 0 {
		l.ready.push(posts.pop())
	}
	l.spareInbox = posts
}

// park waits for a post, and for no longer than limit. It never blocks in the
// operating system, but on a channel, so that a loop inside a testing/synctest
// bubble runs on the bubble's time.
func (l *Loop) park(limit time.Duration) {
	b := &l.inbox
	b.parked.Store(true)
	if l.poller != nil {
		l.poller.arm()
	}
	if b.some.Load() || l.stopping.Load() {
		b.unpark()
		return
	}
	if limit == noLimit || l.clock.virtual {
		<-b.wake
		return
	}
	if l.alarm == nil {
		l.alarm = time.NewTimer(limit)
	} else {
		l.alarm.Reset(limit)
	}
	select {
	case <-b.wake:
	case <-l.alarm.C:
		b.unpark()
	}
	l.alarm.Stop()
}
