package durable

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
)

// Remote makes coroutines that execute a function elsewhere: another process has it in its [Functions] under that
// name, and a [Remoter] brings the arguments there and the result back, both as the program's [Codec] has them. All else
// is as with [Do]: what has come of it is in the journal before the program sees it, [Attempts] and [Backoff] are the
// program's, and a task that is canceled does not wait for it. What the function gets as its context ends
// when the task is canceled, or the program is to stop; [Key], [Attempt], [Heartbeat] and [Progress] are to be had from it.
//
//	var charge = durable.Remote[Payment, Receipt]("charge", durable.Attempts(3))
//	...
//	receipt, err := charge(Payment{Order: "A-7", Cents: 4200})(co)
//
// The error is as that of Do; or that the arguments cannot be encoded: then nothing was executed.
//
// Semantics: activities of Temporal, which are executed by their names.
func Remote[A, R any](name string, opts ...DoOption) func(args A) coro.Func[R] {
	o := newDoOptions(opts)
	return func(args A) coro.Func[R] {
		return func(co *coro.Co) (v R, err error) {
			p, err := programOf(co)
			if err != nil {
				return v, err
			}
			data, err := p.codec.Marshal(args)
			if err != nil {
				return v, fmt.Errorf("durable: the arguments of activity %q cannot be sent: %w", name, err)
			}
			return do[R](co, p, name, o, p.elsewhere(name, data, o.heartbeat))
		}
	}
}

// A Call asks for one attempt of an activity.
type Call struct {
	Name      string // of the function
	Key       string // of the activity, see the function [Key]
	Attempt   int    // from 1 on; those that a crash has ended are asked for again, with the same number
	Args      []byte
	Progress  []byte        // what the last heartbeat of an earlier attempt has told; nil for none
	Heartbeat time.Duration // within which one is expected; zero for none
}

// An Outcome is what a function has come to: a value, or an error.
type Outcome struct {
	Value []byte
	Err   []byte // the error, for who has called; nil for none
}

// A Remoter has functions executed elsewhere. [Functions] is one that does so in this process; package
// natswork, in the module of natsstore, has one over NATS.
type Remoter interface {
	// Call has the function executed, and waits for its outcome. beat is called for each of its heartbeats, by one
	// goroutine at a time. It returns soon when ctx is done; if the cause is ErrAbandoned, the function's context ends too,
	// else it may go on for the next Call.
	//
	// A call of the same key and attempt may have been made before, by a process that has died since: if that is
	// under way, or has ended, its outcome is that of this one.
	//
	// The error is that it could not be executed, or is not known to have been: the attempt has failed.
	Call(ctx context.Context, c Call, beat func(progress []byte)) (Outcome, error)
}

// RemoteBy says who executes what [Remote] asks for.
func RemoteBy(r Remoter) Option {
	if r == nil {
		panic("durable: RemoteBy of nil; leave the option out")
	}
	return func(o *options) { o.remoter = r }
}

var errNoRemoter = errors.New("the option RemoteBy has to say who executes it")

// elsewhere is the work of having a function executed.
func (p *program) elsewhere(name string, args []byte, heartbeat time.Duration) work {
	if p.remoter == nil {
		return unfit{fmt.Errorf("durable: activity %q is one for elsewhere: %w", name, errNoRemoter)}
	}
	return &errand{by: p.remoter, call: Call{Name: name, Args: args, Heartbeat: heartbeat}}
}

// An errand is a call that may be made again, for another attempt.
type errand struct {
	by   Remoter
	call Call
}

func (e *errand) do(ctx context.Context) ([]byte, error) {
	b, err := behindOf(ctx)
	if err != nil {
		return nil, err
	}
	c := e.call
	c.Key, c.Attempt, c.Progress = b.key, b.attempt, b.progress
	out, err := e.by.Call(ctx, c, func(progress []byte) {
		_ = b.alive(func() ([]byte, error) { return progress, nil })
	})
	switch {
	case err != nil:
		return nil, err
	case out.Err != nil:
		return nil, &remoteError{out.Err}
	}
	return out.Value, nil
}

// A remoteError is the error of a function elsewhere, as it was encoded there.
type remoteError struct{ data []byte }

func (e *remoteError) Error() string { return errorText(e.data) }
