package natswork

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/natsstore/internal/passing"
)

// A queue is what both sides know of: two streams, one of calls and one of their outcomes, and subjects of NATS itself for
// heartbeats and cancellations, which are not kept.
type queue struct {
	options
	js   jetstream.JetStream
	work jetstream.Stream
	ends jetstream.Stream
}

// open opens the streams, and creates them if there are none.
func open(ctx context.Context, js jetstream.JetStream, opts []Option) (*queue, error) {
	o, err := newOptions(opts)
	if err != nil {
		return nil, err
	}
	q := &queue{options: o, js: js}
	if q.work, err = q.stream(ctx, jetstream.StreamConfig{
		Name: o.prefix + "_work", Subjects: []string{o.prefix + ".w.*.*"}, Retention: jetstream.WorkQueuePolicy,
	}); err != nil {
		return nil, err
	}
	q.ends, err = q.stream(ctx, jetstream.StreamConfig{
		Name: o.prefix + "_outcomes", Subjects: []string{o.prefix + ".d.*"}, MaxMsgsPerSubject: 1, MaxAge: o.keep,
		// Who waits hears of an outcome when it is stored. What servers publish may be refused, as another one was faster.
		RePublish: &jetstream.RePublish{Source: o.prefix + ".d.*", Destination: o.prefix + ".e.$1"},
	})
	return q, err
}

func (q *queue) stream(ctx context.Context, config jetstream.StreamConfig) (s jetstream.Stream, err error) {
	config.Replicas = q.replicas
	err = again(ctx, func(ctx context.Context) error {
		if s, err = q.js.Stream(ctx, config.Name); errors.Is(err, jetstream.ErrStreamNotFound) {
			if s, err = q.js.CreateStream(ctx, config); errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
				s, err = q.js.Stream(ctx, config.Name) // another one was faster
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("natswork: stream %s: %w", config.Name, err)
	}
	return s, nil
}

// token is a text of any length as one in a subject.
func token(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(h, "%d %s", len(part), part)
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// id tells an attempt of an activity from all others.
func id(c durable.Call) string { return token(c.Key, strconv.Itoa(c.Attempt), c.Name) }

func (q *queue) calls(name string) string      { return q.prefix + ".w." + token(name) + ".*" }
func (q *queue) call(c durable.Call) string    { return q.prefix + ".w." + token(c.Name) + "." + id(c) }
func (q *queue) outcome(c durable.Call) string { return q.prefix + ".d." + id(c) }
func (q *queue) ended(c durable.Call) string   { return q.prefix + ".e." + id(c) }
func (q *queue) beat(c durable.Call) string    { return q.prefix + ".b." + id(c) }
func (q *queue) abandon(c durable.Call) string { return q.prefix + ".c." + id(c) }
func (q *queue) consumer(name string) string   { return "f_" + token(name) }
func (q *queue) conn() *nats.Conn              { return q.js.Conn() }
func (q *queue) fits(data []byte) (max int64, ok bool) {
	max = q.conn().MaxPayload()
	const headers = 1 << 10 // and the subject
	return max, int64(len(data)) <= max-headers
}

// stored is the outcome of a call, if it has one.
func (q *queue) stored(ctx context.Context, c durable.Call) (out durable.Outcome, ok bool, err error) {
	data, _, ok, err := last(ctx, q.ends, q.outcome(c))
	if err != nil || !ok {
		return out, false, err
	}
	out, err = parseOutcome(data)
	return out, err == nil, err
}

// last is the last message of a subject of a stream.
func last(ctx context.Context, s jetstream.Stream, subject string) (data []byte, seq uint64, ok bool, err error) {
	err = again(ctx, func(ctx context.Context) error {
		m, err := s.GetLastMsgForSubject(ctx, subject)
		switch {
		case errors.Is(err, jetstream.ErrMsgNotFound):
			return nil
		case err != nil:
			return err
		}
		data, seq, ok = m.Data, m.Sequence, true
		return nil
	})
	return data, seq, ok, err
}

// put stores a message if there is none of that subject, and reports whether there was none.
func (q *queue) put(ctx context.Context, subject string, data []byte) (put bool, err error) {
	err = again(ctx, func(ctx context.Context) error {
		_, err := q.js.Publish(ctx, subject, data, jetstream.WithExpectLastSequencePerSubject(0))
		if api := new(jetstream.APIError); errors.As(err, &api) && api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence {
			return nil
		}
		put = err == nil
		return err
	})
	return put, err
}

const (
	attemptFor = 2 * time.Second       // an answer of the server is waited for
	retryAfter = 50 * time.Millisecond // it is asked again
)

// again calls f until it does not fail because the server is away, or ctx is done.
func again(ctx context.Context, f func(ctx context.Context) error) error {
	for {
		attempt, cancel := context.WithTimeout(ctx, attemptFor)
		err := f(attempt)
		cancel()
		if err == nil || !passing.Is(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(retryAfter):
		}
	}
}

func parseCall(data []byte) (c durable.Call, err error) {
	if err = json.Unmarshal(data, &c); err == nil && (c.Name == "" || c.Key == "") {
		err = errors.New("it has no name, or no key")
	}
	return c, err
}

func parseOutcome(data []byte) (out durable.Outcome, err error) {
	if err := json.Unmarshal(data, &out); err != nil {
		return out, fmt.Errorf("natswork: a stored outcome is damaged: %w", err)
	}
	return out, nil
}
