package loop

import (
	"sync"
	"sync/atomic"

	"github.com/ouro-loop/ouro/internal/driver"
	"github.com/ouro-loop/ouro/internal/events"
	"github.com/ouro-loop/ouro/internal/sched"
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
	taken  *post                  // the loop's: the first of those that it has taken, and not moved yet
	now    int                    // the present iteration, by progress.left,
	left   int32                  // and how many it may still move
	parked atomic.Uint32          // where the loop waits, or is about to: awake, inChannel or inDriver
	wake   chan struct{}          // who makes it awake, in place of the loop, sends
	driver *driver.Driver         // that it waits in, if it does
	onWake atomic.Pointer[func()] // called whenever the loop would be woken
	blocks sync.Pool              // *postedBlock with calls to give out
	box    *box                   // of a replay; set before anybody posts
	_      [cacheLine]byte
}

// cacheLine is at least the size of one.
const cacheLine = 128

// maxPosts is how many posts an iteration takes in at most. More are for the next one, so
// that goroutines that post without pause starve neither timers nor the end of a run.
const maxPosts = 10_000

// A post is one piece of work in the inbox.
type post struct {
	entry  sched.Entry
	before *post // that came before; once it is taken, after
}

func (b *inbox) init() {
	b.wake = make(chan struct{}, 1)
	b.left = maxPosts
}

// closed stands for the posts of an inbox that takes no more.
var closed = new(post)

// more stands for the posts that were taken and not moved yet, where there would be none. Those
// that come later come on top of it.
var more = new(post)

// post leaves e for the loop, from any goroutine. The error is ErrClosed if
// nobody will take it.
func (b *inbox) post(e sched.Entry) error { return b.deliver(&post{entry: e}) }

// deliver is post for a caller that brings the memory. Of a batch only the first post
// wakes the loop: it does not park before it has taken that.
func (b *inbox) deliver(p *post) error {
	for {
		p.before = b.posts.Load()
		switch p.before {
		case closed:
			p.before = nil
			return ErrClosed
		case held:
			p.before = nil
			return b.box.put(p.entry)
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

// any reports whether there is something to take in, or the inbox is closed. It is asked at
// every step of the loop, so that one word tells, see more.
func (b *inbox) any() bool { return b.posts.Load() != nil }

// close makes the inbox refuse what comes, and gives what has come and was not moved, the
// last first; see inOrder. Nobody is woken for a Stop, or the end of a Hold, from then on.
func (b *inbox) close() (last *post) {
	last = b.posts.Swap(closed)
	b.onWake.Store(nil)
	if last == held {
		b.box.close()
		return nil
	}
	return last
}

// takeInbox moves what was posted to the ready queue, in order, as far as the iteration
// may. Questions stay: it is called in the middle of entries too.
func (l *Loop) takeInbox() {
	b := &l.inbox
	if b.onlyAsked() {
		return
	}
	if l.replays() {
		l.tape.arrivals()
		return
	}
	l.movePosts(b)
	if l.questions.any.Load() {
		b.posts.CompareAndSwap(nil, asking) // it may have been at the bottom of what was taken
	}
}

func (l *Loop) movePosts(b *inbox) {
	if b.now != l.progress.left {
		b.now, b.left = l.progress.left, maxPosts
	}
	for ; b.left > 0; b.left-- {
		if b.taken == nil {
			if b.taken = b.take(); b.taken == nil {
				return
			}
		}
		p := b.taken
		b.taken, p.before = p.before, nil
		if l.tape != nil {
			l.tape.arrived(p.entry)
		}
		l.pushFromOutside(p.entry)
	}
	if b.taken != nil && !b.posts.CompareAndSwap(nil, more) {
		b.posts.CompareAndSwap(asking, more) // a question came first
	}
}

func (l *Loop) pushFromOutside(e sched.Entry) {
	l.sched.Push(e)
	if l.sched.Events != nil {
		l.tellPush(e, events.Outside, 0)
	}
}

// take takes all that was posted, and turns it round: the first comes first.
func (b *inbox) take() (first *post) { return inOrder(b.posts.Swap(nil)) }

// inOrder turns posts round, of which the last leads to those before it.
func inOrder(last *post) (first *post) {
	for p := last; p != nil && p != more && p != asking && p != held; {
		p, p.before, first = p.before, first, p
	}
	return first
}
