package loop

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/ouro-loop/ouro/future"
)

// inbox is where other goroutines leave work for the loop, and how they wake it.
// It is the only way in for work.
//
// What others write with every post is kept away from what the loop looks at, and from
// the rest of the loop: cores that share a cache line wait for each other.
type inbox struct {
	_      [cacheLine]byte
	posts  atomic.Pointer[post] // the last that came, which leads to those before it
	_      [cacheLine]byte
	parked atomic.Bool // the loop waits on wake, or is about to; who clears it for the loop sends
	wake   chan struct{}
	blocks sync.Pool // *postedBlock with calls to give out
	_      [cacheLine]byte
}

// cacheLine is at least the size of one.
const cacheLine = 128

// A post is one piece of work in the inbox.
type post struct {
	entry  future.Runnable
	before *post
}

// closed stands for the posts of an inbox that takes no more.
var closed = new(post)

// post leaves r for the loop, from any goroutine. The error is ErrClosed if
// nobody will take it.
func (b *inbox) post(r future.Runnable) error { return b.deliver(&post{entry: r}) }

// deliver is post for a caller that brings the memory. Of a batch only the first post
// wakes the loop: it does not park before it has taken that.
func (b *inbox) deliver(p *post) error {
	for {
		p.before = b.posts.Load()
		if p.before == closed {
			p.before = nil
			return ErrClosed
		}
		first := p.before == nil
		if b.posts.CompareAndSwap(p.before, p) {
			if first {
				b.rouse()
			}
			return nil
		}
	}
}

// any reports whether there is something to take.
func (b *inbox) any() bool { return b.posts.Load() != nil }

// rouse ends the loop's wait, if it waits. Callers have made what they want seen
// visible before; the loop says that it is parked before it looks a last time; so
// one of the two sees the other.
func (b *inbox) rouse() {
	if b.parked.Load() && b.parked.CompareAndSwap(true, false) {
		b.wake <- struct{}{} // has room: there is one for each time that the loop parks
	}
}

// unpark undoes park when there is work after all.
func (b *inbox) unpark() {
	if !b.parked.CompareAndSwap(true, false) {
		<-b.wake // it is sent, or about to be
	}
}

// close makes the inbox refuse what comes, and forget what has come.
func (b *inbox) close() { b.posts.Store(closed) }

// takeInbox moves what was posted to the ready queue, in order.
func (l *Loop) takeInbox() {
	var first *post
	for p := l.inbox.posts.Swap(nil); p != nil; {
		p, p.before, first = p.before, first, p // before is after from here on
	}
	for p := first; p != nil; {
		l.sched.Push(p.entry)
		p, p.before = p.before, nil
	}
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
	if b.any() || l.stopping.Load() {
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
