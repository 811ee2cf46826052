package loop

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
)

// questions are what other goroutines want to know about the loop. They are no work: the
// loop answers them between two iterations, and nothing that it does depends on them.
//
// They do not lie among the posts, which are taken in also in the middle of an entry, where
// nobody may look at what the program has half changed. All that they leave in the inbox is
// the sentinel asking, where it is empty: so it is still one word that tells whether there
// is anything to do, and [inbox.work] tells whether that is work.
type questions struct {
	mu     sync.Mutex
	list   []*question
	closed bool
	any    atomic.Bool // the list is not empty
}

// A question is one call of Inspect that waits.
type question struct {
	stacks  int  // how many are wanted
	endless bool // who asks would wait for ever
	answer  chan answer
}

type answer struct {
	view *view
	err  error
}

// asking stands for the posts of an inbox that has none, while there are questions.
var asking = new(post)

// work reports whether there is something to take in that is no question, or the inbox is
// closed.
func (b *inbox) work() bool {
	p := b.posts.Load()
	return p != nil && p != asking
}

// onlyAsked reports whether there are questions, and nothing to take in.
func (b *inbox) onlyAsked() bool { return b.posts.Load() == asking }

// ask wakes the loop for a question, unless it is awake anyway: it looks for questions after
// it has taken what was posted.
func (b *inbox) ask() {
	if b.posts.CompareAndSwap(nil, asking) {
		b.rouse()
	}
}

// ask puts a question to the loop, from any goroutine, and waits for the answer.
func (l *Loop) ask(ctx context.Context, q *question) (*view, error) {
	if err := l.questions.add(q); err != nil {
		return nil, err
	}
	l.inbox.ask()
	if q.endless && l.mayNeverAnswer() { // after it was put: see runEnded
		l.questions.remove(q)
		q.give(answer{err: errNotRunning})
	}
	select {
	case a := <-q.answer:
		return a.view, a.err
	case <-ctx.Done():
	}
	l.questions.remove(q)
	select {
	case a := <-q.answer: // at the last moment
		return a.view, a.err
	default:
		return nil, l.unanswered(ctx.Err())
	}
}

// mayNeverAnswer reports whether the loop does not run, and nobody has asked to be told when
// it should.
func (l *Loop) mayNeverAnswer() bool { return !l.isRunning.Load() && l.inbox.onWake.Load() == nil }

// unanswered is why a question had no answer in time.
func (l *Loop) unanswered(err error) error {
	if l.isRunning.Load() {
		return fmt.Errorf("%w: a task or callback keeps it: %w", ErrNoAnswer, err)
	}
	return fmt.Errorf("%w: it does not run: %w", ErrNoAnswer, err)
}

// give answers q, once.
func (q *question) give(a answer) {
	select {
	case q.answer <- a: // has room for one
	default:
	}
}

func (s *questions) add(q *question) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	s.list = append(s.list, q)
	s.any.Store(true)
	return nil
}

func (s *questions) remove(q *question) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.list, q); i >= 0 {
		s.list = slices.Delete(s.list, i, i+1)
	}
	s.any.Store(len(s.list) > 0)
}

// take takes those that are wanted.
func (s *questions) take(wanted func(*question) bool) (taken []*question) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = slices.DeleteFunc(s.list, func(q *question) bool {
		if !wanted(q) {
			return false
		}
		taken = append(taken, q)
		return true
	})
	s.any.Store(len(s.list) > 0)
	return taken
}

func all(*question) bool { return true }

// answerAll answers what was asked, on the loop's goroutine, between two iterations. All
// are given the same view, so that many who ask at a time do not hold the loop up for long.
func (l *Loop) answerAll() {
	l.inbox.posts.CompareAndSwap(asking, nil) // first: who comes from now on puts it back
	if !l.questions.any.Load() {
		return
	}
	asked := l.questions.take(all)
	a := answer{err: errNotSeen}
	defer func() {
		if v := recover(); v != nil { // a clock of the program's
			a = answer{err: fmt.Errorf("%w: panic: %v", errNotSeen, v)}
		}
		for _, q := range asked {
			q.give(a)
		}
	}()
	stacks := 0
	for _, q := range asked {
		stacks = max(stacks, q.stacks)
	}
	a = answer{view: l.lookAll(stacks)}
}

// runEnded tells those who cannot wait for the next run, which may never come. Who asks now
// sees for himself that the loop does not run.
func (l *Loop) runEnded() {
	if l.questions.any.Load() && l.mayNeverAnswer() {
		for _, q := range l.questions.take(func(q *question) bool { return q.endless }) {
			q.give(answer{err: errNotRunning})
		}
	}
}

// close refuses what was asked, and what will be.
func (s *questions) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	for _, q := range s.take(all) {
		q.give(answer{err: ErrClosed})
	}
}

var (
	// ErrNoAnswer is wrapped by the error of an [Inspect] that the loop has not answered: it is
	// busy with a callback or a step of a task that does not return, or it does not run.
	ErrNoAnswer = errors.New("loop: it has not answered")

	errNotRunning = fmt.Errorf("%w: it does not run, and the context given never ends; "+
		"give one with a deadline, or have the loop's owner call Snapshot", ErrNoAnswer)
	errInsideSome = fmt.Errorf("%w: several loops run, and it is not known whether this one runs the caller, "+
		"who would wait for ever; give a context with a deadline, or call Snapshot on the loop's own goroutine", ErrNoAnswer)
	errNotSeen = fmt.Errorf("%w: looking at it has failed", ErrNoAnswer)
)
