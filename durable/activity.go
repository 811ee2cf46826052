package durable

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/future"
)

// An activity is one attempt of a Do, and what the task waits for.
type activity struct {
	core future.Core

	n       uint64
	first   uint64 // the n of the first attempt
	attempt int
	name    string
	work    work
	within  time.Duration // of a heartbeat, zero for none

	cancel context.CancelCauseFunc // nil until it has started

	answered bool   // its end has come
	data     []byte // the value, or the error,
	failed   bool   // of that
}

// work is what an activity does, on another goroutine than the program's.
type work interface {
	do(ctx context.Context) ([]byte, error)
}

type workFunc func(ctx context.Context) ([]byte, error)

func (f workFunc) do(ctx context.Context) ([]byte, error) { return f(ctx) }

// unfit is work that cannot be done in this process, and why.
type unfit struct{ err error }

func (u unfit) do(context.Context) ([]byte, error) { return nil, u.err }

// Describe is what reports are told of the task.
func (a *activity) Describe() string { return fmt.Sprintf("activity %q", a.name) }

func (a *activity) stop() {
	if a.cancel != nil {
		a.cancel(ErrAbandoned)
	}
}

// startActivities starts those that the program has asked for and still waits for. What has led to them is
// durable by then.
func (p *program) startActivities(ctx context.Context) error {
	for _, a := range p.fresh {
		if u, ok := a.work.(unfit); ok {
			return fmt.Errorf("program %q: %w", p.id, u.err)
		}
	}
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
	b := &behind{name: a.name, key: fmt.Sprintf("%s/%s/%d", p.id, p.epoch, a.first), attempt: a.attempt,
		progress: p.beats[a.first], codec: p.codec, every: beatEvery,
		beat: func(progress []byte) { p.mail.put(Record{Kind: Beat, N: a.n, Data: progress}) }}
	ctx, a.cancel = context.WithCancelCause(context.WithValue(ctx, behindKey{}, b))
	p.mail.begin()
	j := &job{activity: a, ctx: ctx, behind: b, mail: &p.mail, known: p.known}
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
	mail   *mailbox
	known  knownErrors
	once   sync.Once
}

func (j *job) Run() {
	defer j.mail.end()
	err := executor.ErrGoexit
	var data []byte
	defer func() {
		if v := recover(); v != nil {
			err = future.NewPanicError(v)
		}
		j.tell(data, err)
	}()
	data, err = j.work.do(j.ctx)
}

func (j *job) Cancel() { j.end(nil, executor.ErrCanceled) }

// end is the end of one that did not run.
func (j *job) end(data []byte, err error) {
	j.tell(data, err)
	j.mail.end()
}

// tell tells the program, once, what has come of the activity.
func (j *job) tell(data []byte, err error) {
	j.once.Do(func() {
		r := Record{Kind: Returned, N: j.n, Data: data}
		if err != nil {
			r = Record{Kind: Failed, N: j.n, Data: j.known.encode(err)}
		}
		j.behind.quiet()
		j.mail.put(r)
		j.stop()
	})
}
