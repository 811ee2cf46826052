package durable

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"time"

	"github.com/ouro-loop/ouro/coro"
)

// A DoOption is one of Do.
type DoOption func(*doOptions)

type doOptions struct {
	attempts    int
	first, most time.Duration
	each        time.Duration
	heartbeat   time.Duration
}

// Attempts is how often an activity is tried that fails, once if it is not given, and without end if n is
// zero or less. A [Permanent] error is not tried again.
func Attempts(n int) DoOption { return func(o *doOptions) { o.attempts = n } }

// Backoff is how long to wait before another attempt: first, and twice as long each time, up to most; less a
// random part of up to a quarter. A second and a minute if it is not given. It is a Sleep of the program's:
// it survives a restart.
func Backoff(first, most time.Duration) DoOption {
	return func(o *doOptions) { o.first, o.most = first, max(first, most) }
}

// AttemptTimeout ends an attempt that takes longer, as failed. For all of the attempts there is coro.Timeout.
func AttemptTimeout(d time.Duration) DoOption { return func(o *doOptions) { o.each = d } }

// HeartbeatWithin has an attempt fail that does not call [Heartbeat] for so long.
func HeartbeatWithin(d time.Duration) DoOption { return func(o *doOptions) { o.heartbeat = d } }

// Do is a coroutine that executes f, an activity: something that is done outside of the program. f runs on a goroutine of its
// own, or in the Executor, with a context that is done when the task is canceled, or the program is to
// stop. What f returned is in the journal before the program sees it, and then f is not called again for it; but if the
// process dies before, f is called again when the program goes on. So what f does should bear to be done
// twice; [Key] helps with that.
//
// name says what f is: it has to be the same when the journal is replayed. The error is an
// *[ActivityError], or the cancellation of the task. A task that is canceled does not wait for f.
//
// Semantics: asyncio.to_thread, CPython 3.15, for which of f and a cancellation comes first; and activities
// of Temporal.
func Do[T any](name string, f func(ctx context.Context) (T, error), opts ...DoOption) coro.Func[T] {
	if f == nil {
		panic("durable: Do of a nil function")
	}
	o := newDoOptions(opts)
	return func(co *coro.Co) (v T, err error) {
		p, err := programOf(co)
		if err != nil {
			return v, err
		}
		return do[T](co, p, name, o, workFunc(func(ctx context.Context) ([]byte, error) {
			v, err := f(ctx)
			if err != nil {
				return nil, err
			}
			return encodeResult(p.codec, name, v)
		}))
	}
}

func newDoOptions(opts []DoOption) doOptions {
	o := doOptions{attempts: 1, first: time.Second, most: time.Minute}
	for _, opt := range opts {
		if opt == nil {
			panic("durable: a nil DoOption; leave it out")
		}
		opt(&o)
	}
	return o
}

// encodeResult is what is kept of what an activity returns.
func encodeResult(codec Codec, name string, v any) ([]byte, error) {
	data, err := codec.Marshal(v)
	if err != nil {
		return nil, Permanent(fmt.Errorf("durable: what activity %q returns cannot be kept: %w", name, err))
	}
	return data, nil
}

// do does some work, whose result is a T.
func do[T any](co *coro.Co, p *program, name string, o doOptions, w work) (v T, err error) {
	data, err := p.do(co, name, o, w)
	if err != nil {
		return v, err
	}
	if v, err = decode[T](p.codec, data, "what activity %q has returned", name); err != nil {
		// It was another type once. The program is not to take that for a failure of the activity.
		return v, p.breakOff(co, fmt.Errorf("durable: program %q: %w", p.id, err))
	}
	return v, nil
}

// DoVoid is Do for a function without a result.
func DoVoid(name string, f func(ctx context.Context) error, opts ...DoOption) coro.Func[coro.None] {
	if f == nil {
		panic("durable: DoVoid of a nil function")
	}
	return Do(name, func(ctx context.Context) (coro.None, error) { return coro.None{}, f(ctx) }, opts...)
}

// do makes attempts until one succeeds.
func (p *program) do(co *coro.Co, name string, o doOptions, w work) ([]byte, error) {
	first := p.asked + 1
	for attempt := 1; ; attempt++ {
		a := &activity{first: first, attempt: attempt, name: name, work: w, within: o.heartbeat}
		data, failure, err := p.attempt(co, a, o.each)
		switch {
		case err != nil:
			return nil, err
		case failure == nil:
			delete(p.beats, first)
			return data, nil
		case failure.permanent || attempt == o.attempts:
			delete(p.beats, first)
			return nil, &ActivityError{Name: name, N: a.n, Attempts: attempt, Err: failure}
		}
		if err := coro.Sleep(co, p.backoff(o, first, attempt)); err != nil {
			return nil, err
		}
	}
}

// attempt asks for an activity, and waits for its outcome.
func (p *program) attempt(co *coro.Co, a *activity, limit time.Duration) (data []byte, failure *Error, err error) {
	p.asked++
	a.n = p.asked
	if err := p.command(co, Record{Kind: Asked, N: a.n, Name: a.name}); err != nil {
		return nil, nil, err
	}
	a.core.Init(co, a)
	p.activities[a.n] = a
	if p.isLive {
		p.fresh = append(p.fresh, a)
	}
	defer func() {
		if p.activities[a.n] == a { // canceled, or out of time
			delete(p.activities, a.n)
			a.stop()
		}
	}()
	if limit > 0 {
		late := false
		err = coro.Timeout(co, limit, func(s *coro.TimeoutScope) error {
			defer func() { late = s.Expired() }()
			return co.Suspend(&a.core)
		})
		if err != nil && late && !p.ended {
			return nil, &Error{Type: "*future.TimeoutError", Text: fmt.Sprintf("it takes longer than %v", limit)}, nil
		}
	} else {
		err = co.Suspend(&a.core)
	}
	switch {
	case p.ended:
		return nil, nil, ErrStopped
	case err != nil:
		return nil, nil, err
	case !a.failed:
		return a.data, nil, nil
	}
	failure, canceled := p.known.decode(a.data)
	if canceled != nil { // it was f that was canceled, and not the task
		failure = &Error{Type: "*future.CanceledError", Text: canceled.Error()}
	}
	return nil, failure, nil
}

// backoff is how long to wait after so many attempts.
func (p *program) backoff(o doOptions, first uint64, attempt int) time.Duration {
	d := min(float64(o.first)*math.Pow(2, float64(attempt-1)), float64(o.most))
	// Chance that takes none of the program's own.
	h := fnv.New64a()
	h.Write([]byte(p.id))
	h.Write(binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, p.begin.N+first), uint64(attempt)))
	return time.Duration(d - d/4*float64(h.Sum64()%1000)/1000)
}
