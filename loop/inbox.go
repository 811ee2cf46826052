package loop

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/ouro-loop/ouro/future"
)

// inbox is where other goroutines leave work for the loop, and how they wake it.
// It is the only part of a loop that is shared.
type inbox struct {
	some   atomic.Bool // something is in posts
	parked atomic.Bool // the loop waits on wake, or is about to
	wake   chan struct{}

	mu     sync.Mutex
	posts  []future.Runnable
	closed bool
}

// post leaves r for the loop, from any goroutine. The error is ErrClosed if
// nobody will take it.
func (b *inbox) post(r future.Runnable) error {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return ErrClosed
	}
	b.posts = append(b.posts, r)
	b.some.Store(true)
	b.mu.Unlock()
	b.rouse()
	return nil
}

// rouse ends the loop's wait, if it waits. Callers have made what they want seen
// visible before; the loop says that it is parked before it looks a last time; so
// one of the two sees the other.
func (b *inbox) rouse() {
	if b.parked.Load() {
		select {
		case b.wake <- struct{}{}:
		default: // it is being woken already
		}
	}
}

// takeInbox moves what was posted to the ready queue, in order.
func (l *Loop) takeInbox() {
	b := &l.inbox
	b.mu.Lock()
	posts := b.posts
	b.posts = l.spareInbox
	b.some.Store(false)
	b.mu.Unlock()
	for i, r := range posts {
		l.ready.push(r)
		posts[i] = nil
	}
	l.spareInbox = posts[:0]
}

// park waits for a post, and for no longer than limit. It never blocks in the
// operating system, but on a channel, so that a loop inside a testing/synctest
// bubble runs on the bubble's time.
func (l *Loop) park(limit time.Duration) {
	b := &l.inbox
	b.parked.Store(true)
	defer b.parked.Store(false)
	if l.poller != nil {
		l.poller.arm()
	}
	if b.some.Load() || l.stopping.Load() {
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
	}
	l.alarm.Stop()
}
