package natswork

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/ouro-loop/ouro/durable"
)

// A Remoter has the activities of programs executed by those who Serve. It is for any number of programs at once.
type Remoter struct{ q *queue }

var _ durable.Remoter = (*Remoter)(nil)

// New makes a Remoter, and creates the streams if there are none. The connection of js is for its caller to close, after the
// programs have stopped.
func New(ctx context.Context, js jetstream.JetStream, opts ...Option) (*Remoter, error) {
	q, err := open(ctx, js, opts)
	if err != nil {
		return nil, err
	}
	return &Remoter{q}, nil
}

// lookAgain is how often the outcome is looked for that may have come while the connection was lost.
const lookAgain = 5 * time.Second

// Call puts a call into the queue, unless it is there, and waits for its outcome.
func (r *Remoter) Call(ctx context.Context, c durable.Call, beat func(progress []byte)) (out durable.Outcome, err error) {
	q := r.q
	data, err := json.Marshal(c)
	if err != nil {
		return out, err
	}
	if most, ok := q.fits(data); !ok {
		return out, durable.Permanent(fmt.Errorf("natswork: a call of %q with %d bytes is too large: the server takes %d; send where the rest is to be found",
			c.Name, len(data), most))
	}
	ends, err := q.conn().SubscribeSync(q.ended(c))
	if err != nil {
		return out, fmt.Errorf("natswork: %w", err)
	}
	defer func() { _ = ends.Unsubscribe() }()
	beats, err := q.conn().Subscribe(q.beat(c), func(m *nats.Msg) { beat(m.Data) })
	if err != nil {
		return out, fmt.Errorf("natswork: %w", err)
	}
	defer func() { _ = beats.Unsubscribe() }()
	for ctx.Err() == nil {
		out, ok, err := r.ask(ctx, c, data)
		if ok || err != nil && ctx.Err() == nil {
			return out, err
		}
		wait, cancel := context.WithTimeout(ctx, lookAgain)
		m, err := ends.NextMsgWithContext(wait)
		cancel()
		if err == nil {
			return parseOutcome(m.Data)
		}
	}
	if context.Cause(ctx) == durable.ErrAbandoned {
		r.giveUp(c)
	}
	return out, context.Cause(ctx)
}

// ask has the call be in the queue, if it has no outcome yet. It is asked again and again, as the stream may have been
// emptied, and the outcome deleted.
func (r *Remoter) ask(ctx context.Context, c durable.Call, data []byte) (out durable.Outcome, ok bool, err error) {
	if out, ok, err = r.q.stored(ctx, c); ok || err != nil {
		return out, ok, err
	}
	put, err := r.q.put(ctx, r.q.call(c), data)
	if err != nil || !put {
		return out, false, err
	}
	// If it was in the queue until now, its outcome was stored before it was taken out: then it is not executed again.
	return r.q.stored(ctx, c)
}

// giveUp takes a call out of the queue, and tells who executes it.
func (r *Remoter) giveUp(c durable.Call) {
	ctx, cancel := context.WithTimeout(context.Background(), attemptFor)
	defer cancel()
	_ = r.q.conn().Publish(r.q.abandon(c), nil)
	if _, seq, ok, err := last(ctx, r.q.work, r.q.call(c)); err == nil && ok {
		_ = r.q.work.DeleteMsg(ctx, seq)
	}
}
