package durable

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// An activity is one attempt of a Do, and what the task waits for.
type activity struct {
	core future.Core

	n       uint64
	first   uint64 // the n of the first attempt
	attempt int
	name    string
	f       func(ctx context.Context) ([]byte, error)
	within  time.Duration // of a heartbeat, zero for none

	cancel context.CancelFunc // nil until it has started

	data   []byte // the value, or the error,
	failed bool   // of its end
}

// Describe is what reports are told of the task.
func (a *activity) Describe() string { return fmt.Sprintf("activity %q", a.name) }

func (a *activity) stop() {
	if a.cancel != nil {
		a.cancel()
	}
}

// startActivities starts those that the program has asked for and still waits for. What has led to them is
// durable by then.
func (p *program) startActivities(ctx context.Context) error {
	if len(p.fresh) > 0 && p.needed {
		if err := p.write(ctx); err != nil {
			return err
		}
	}
	for i, a := range p.fresh {
		if p.activities[a.n] == a {
			p.startActivity(ctx, a)
		}
		p.fresh[i] = nil
	}
	p.fresh = p.fresh[:0]
	return nil
}

func (p *program) startActivity(ctx context.Context, a *activity) {
	b := &behind{program: p.id, name: a.name, key: fmt.Sprintf("%s/%s/%d", p.id, p.epoch, a.first), attempt: a.attempt,
		n: a.n, progress: p.beats[a.first], codec: p.codec, mail: &p.mail}
	ctx, a.cancel = context.WithCancel(context.WithValue(ctx, behindKey{}, b))
	p.mail.begin()
	j := &job{activity: a, ctx: ctx, behind: b, known: p.known}
	b.expect(a.within, j)
	if p.executor == nil {
		go j.Run()
	} else if err := p.executor.Execute(j); err != nil {
		j.end(nil, err)
	}
}

// A job is an activity for an executor.
type job struct {
	*activity
	ctx    context.Context
	behind *behind
	known  knownErrors
	once   sync.Once
}

func (j *job) Run() {
	defer j.behind.mail.end()
	err := executor.ErrGoexit
	var data []byte
	defer func() {
		if v := recover(); v != nil {
			err = future.NewPanicError(v)
		}
		j.tell(data, err)
	}()
	data, err = j.f(j.ctx)
}

func (j *job) Cancel() { j.end(nil, executor.ErrCanceled) }

// end is the end of one that did not run.
func (j *job) end(data []byte, err error) {
	j.tell(data, err)
	j.behind.mail.end()
}

// tell tells the program, once, what has come of the activity.
func (j *job) tell(data []byte, err error) {
	j.once.Do(func() {
		r := Record{Kind: Returned, N: j.n, Data: data}
		if err != nil {
			r = Record{Kind: Failed, N: j.n, Data: j.known.encode(err)}
		}
		j.behind.quiet()
		j.behind.mail.put(r)
		j.stop()
	})
}

// A mailbox is what activities have for their program, in the order in which they came.
type mailbox struct {
	mu      sync.Mutex
	records []Record
	running int
	wake    chan struct{} // has a value if there may be something
}

func (m *mailbox) put(r Record) {
	m.mu.Lock()
	m.records = append(m.records, r)
	m.mu.Unlock()
	m.rouse()
}

// putBack puts those back that were taken.
func (m *mailbox) putBack(records []Record) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.records = append(records, m.records...)
}

func (m *mailbox) rouse() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

func (m *mailbox) take() []Record {
	m.mu.Lock()
	defer m.mu.Unlock()
	records := m.records
	m.records = nil
	return records
}

func (m *mailbox) begin() {
	m.mu.Lock()
	m.running++
	m.mu.Unlock()
}

func (m *mailbox) end() {
	m.mu.Lock()
	m.running--
	m.mu.Unlock()
	m.rouse()
}

func (m *mailbox) isIdle() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.running == 0
}

// showAfter is how long an activity may run before a journal tells of it, and not only of its outcome.
const showAfter = 50 * time.Millisecond

// longestWait is how long no clock is looked at: timers stand still while a computer sleeps.
const longestWait = time.Minute

// wait waits for events, until a timer is due at most.
func (p *program) wait(ctx context.Context) ([]Record, error) {
	var due, show <-chan time.Time
	if next := p.loop.NextDeadline(); next != coro.Forever {
		timer := time.NewTimer(min(next-p.now(), longestWait))
		defer timer.Stop()
		due = timer.C
	} else if p.isDeadlocked() {
		if events, err := p.messages(ctx); err != nil || len(events) > 0 {
			return events, err
		}
		_, err := loop.RunUntilComplete(p.loop, p.root) // is the error that says who waits for what
		return nil, err
	}
	if next := p.loop.NextDeadline(); p.restFor > 0 && len(p.activities) == 0 && next-p.now() >= p.restFor {
		if events, err := p.messages(ctx); err != nil || len(events) > 0 {
			return events, err
		}
		return nil, p.rest(ctx, next)
	}
	if len(p.unwritten) > 0 {
		timer := time.NewTimer(showAfter)
		defer timer.Stop()
		show = timer.C
	}
	for {
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-p.journal.Lost():
			return nil, fmt.Errorf("program %q: %w", p.id, ErrLost)
		case <-p.mail.wake:
			records := p.mail.take()
			if ctx.Err() != nil { // one may have failed for that
				p.mail.putBack(records)
				return nil, context.Cause(ctx)
			}
			if len(records) > 0 {
				return records, nil
			}
		case <-p.journal.Arrived():
			return p.messages(ctx)
		case <-due:
			return nil, nil
		case <-show:
			if err := p.write(ctx); err != nil {
				return nil, err
			}
		}
	}
}

// drain waits for the activities that are under way when the run ends, and keeps what they return if it is to go
// on another time.
func (p *program) drain(keep bool) {
	timer := time.NewTimer(p.grace)
	defer timer.Stop()
	for late := false; !late; {
		idle := p.mail.isIdle()
		for _, r := range p.mail.take() {
			if keep && r.Kind == Returned && p.activities[r.N] != nil {
				r.Time = p.now()
				p.unwritten = append(p.unwritten, r.appendTo(nil))
			}
		}
		if idle {
			break
		}
		select {
		case <-p.mail.wake:
		case <-timer.C:
			late = true
			p.logger.Warn("durable: activities go on although the program does not", "program", p.id)
		}
	}
	if !keep {
		return
	}
	if err := p.write(context.Background()); err != nil {
		p.logger.Error("durable: what the last activities have returned is lost", "program", p.id, "err", err)
	}
}
