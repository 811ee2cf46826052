package natswork

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/natsstore/internal/passing"
)

// Serve executes the functions that f has when it is called, for whoever asks, until ctx is done. It returns when
// those under way have ended, or Grace is over, with the cause of ctx; or when it cannot begin, with why.
func Serve(ctx context.Context, js jetstream.JetStream, f *durable.Functions, opts ...Option) error {
	names := f.Names()
	if len(names) == 0 {
		return errors.New("natswork: there are no functions to serve; durable.Handle adds one")
	}
	q, err := open(ctx, js, opts)
	if err != nil {
		return err
	}
	final, finish := context.WithCancel(context.WithoutCancel(ctx))
	defer finish()
	s := &server{queue: q, functions: f, final: final}
	var consumers []jetstream.Consumer
	for _, name := range names {
		consumer, err := s.consumerOf(ctx, name)
		if err != nil {
			return fmt.Errorf("natswork: the queue of %q: %w", name, err)
		}
		consumers = append(consumers, consumer)
	}
	work, stop := context.WithCancel(final)
	defer stop()
	var all sync.WaitGroup
	for _, consumer := range consumers {
		for range q.concurrency {
			all.Go(func() { s.serve(ctx, work, consumer) })
		}
	}
	ended := make(chan struct{})
	go func() {
		all.Wait()
		close(ended)
	}()
	<-ctx.Done()
	stop() // what is under way is told
	select {
	case <-ended:
	case <-time.After(q.grace):
	}
	return context.Cause(ctx)
}

type server struct {
	*queue
	functions *durable.Functions
	final     context.Context // is done when Serve returns
}

// consumerOf is the place in the stream that all servers of a function share.
func (s *server) consumerOf(ctx context.Context, name string) (c jetstream.Consumer, err error) {
	err = again(ctx, func(ctx context.Context) error {
		c, err = s.work.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
			Durable: s.consumer(name), FilterSubject: s.calls(name), AckPolicy: jetstream.AckExplicitPolicy,
			AckWait: s.ackWait, MaxAckPending: -1, // each server has room for so many, and takes no more
		})
		return err
	})
	return c, err
}

// serve takes a call, executes it, and takes the next.
func (s *server) serve(ctx, work context.Context, consumer jetstream.Consumer) {
	for ctx.Err() == nil {
		m, err := s.next(ctx, consumer)
		switch {
		case err != nil:
			s.logger.Warn("natswork: waiting for calls", "error", err)
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		case m != nil:
			s.handle(work, m)
		}
	}
}

// waitFor is how long a request for a call is good.
const waitFor = 10 * time.Second

// next is the next call, nil if there is none for a while.
func (s *server) next(ctx context.Context, consumer jetstream.Consumer) (jetstream.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, waitFor)
	defer cancel()
	batch, err := consumer.Fetch(1, jetstream.FetchContext(ctx))
	if err != nil {
		if ctx.Err() != nil || passing.Is(err) {
			return nil, nil
		}
		return nil, err
	}
	m := <-batch.Messages()
	if err := batch.Error(); m == nil && err != nil && ctx.Err() == nil && !passing.Is(err) {
		return nil, err
	}
	return m, nil
}

// handle executes a call, and has its outcome stored before the queue is told.
func (s *server) handle(work context.Context, m jetstream.Msg) {
	c, err := parseCall(m.Data())
	if err != nil {
		s.logger.Error("natswork: what is in the queue is no call, and is dropped", "subject", m.Subject(), "error", err)
		_ = m.Term()
		return
	}
	if _, ok, err := s.stored(s.final, c); ok || err != nil {
		s.end(m, c, err)
		return
	}
	out, abandoned := s.execute(work, m, c)
	switch {
	case abandoned:
	case out.Err != nil && work.Err() != nil:
		_ = m.Nak() // it was told to end: another server does it
		return
	default:
		err = s.store(s.final, c, out)
	}
	s.end(m, c, err)
}

// end takes a call out of the queue. Without an answer of the queue it may come again, and finds its outcome.
func (s *server) end(m jetstream.Msg, c durable.Call, err error) {
	if err != nil {
		s.logger.Error("natswork: the outcome of a call cannot be stored, so it is executed again", "function", c.Name, "key", c.Key, "error", err)
		_ = m.NakWithDelay(time.Second)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), attemptFor)
	defer cancel()
	_ = m.DoubleAck(ctx)
}

// execute calls the function. Its context ends if who has asked gives it up, or the server is to end.
func (s *server) execute(work context.Context, m jetstream.Msg, c durable.Call) (out durable.Outcome, abandoned bool) {
	ctx, cancel := context.WithCancelCause(work)
	defer cancel(nil)
	sub, err := s.conn().Subscribe(s.abandon(c), func(*nats.Msg) { cancel(durable.ErrAbandoned) })
	if err != nil {
		return s.functions.Failed(fmt.Errorf("natswork: %w", err)), false
	}
	defer func() { _ = sub.Unsubscribe() }()
	alive, stop := context.WithCancel(s.final)
	defer stop()
	go s.keepAlive(alive, m, c, cancel)
	out = s.functions.Execute(ctx, c, func(progress []byte) { _ = s.conn().Publish(s.beat(c), progress) })
	return out, context.Cause(ctx) == durable.ErrAbandoned
}

// keepAlive tells the queue that a call is under way, until ctx is done. If it is not in the queue any more, it was
// given up, and nobody has heard of it.
func (s *server) keepAlive(ctx context.Context, m jetstream.Msg, c durable.Call, giveUp context.CancelCauseFunc) {
	ticker := time.NewTicker(s.ackWait / 3)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		_ = m.InProgress()
		if _, _, ok, err := last(ctx, s.work, s.call(c)); err == nil && !ok {
			giveUp(durable.ErrAbandoned)
		}
	}
}

// store stores an outcome. One that is there already counts.
func (s *server) store(ctx context.Context, c durable.Call, out durable.Outcome) error {
	data, err := json.Marshal(out)
	if err != nil {
		return err
	}
	if most, ok := s.fits(data); !ok {
		data, err = json.Marshal(s.functions.Failed(durable.Permanent(fmt.Errorf(
			"natswork: what %q has returned, %d bytes, is too large: the server takes %d; return where it is to be found", c.Name, len(data), most))))
		if err != nil {
			return err
		}
	}
	_, err = s.put(ctx, s.outcome(c), data)
	return err
}
