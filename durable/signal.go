package durable

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/queues"
)

// A SendOption is one of Send and Cancel.
type SendOption func(*sendOptions)

type sendOptions struct {
	key   string
	codec Codec
}

func newSendOptions(opts []SendOption) sendOptions {
	o := sendOptions{codec: jsonCodec{}}
	for _, opt := range opts {
		opt(&o)
	}
	if o.key == "" {
		o.key = rand.Text()
	}
	return o
}

// Once has what is sent more than once with the same key come to the program once. It is for a sender that may
// send again after a failure.
func Once(key string) SendOption { return func(o *sendOptions) { o.key = key } }

// SendWith is [UseCodec] for who sends.
func SendWith(c Codec) SendOption { return func(o *sendOptions) { o.codec = c } }

// Send sends a signal to a program, which need neither run nor have begun: it gets it by [Receive]. Any process may send. It is
// durable when Send returns. A program that has ended does not get it.
func Send(ctx context.Context, store Store, id, name string, value any, opts ...SendOption) error {
	o := newSendOptions(opts)
	data, err := o.codec.Marshal(value)
	if err != nil {
		return fmt.Errorf("durable: signal %q cannot be kept: %w", name, err)
	}
	return sendRecord(ctx, store, id, Record{Kind: Signaled, Name: name, Key: o.key, Data: data})
}

// Cancel cancels the main task of a program, as asyncio has it: main sees a cancellation, may clean up, and may go on all
// the same.
func Cancel(ctx context.Context, store Store, id, message string, opts ...SendOption) error {
	return sendRecord(ctx, store, id, Record{Kind: Canceled, Name: message, Key: newSendOptions(opts).key})
}

func sendRecord(ctx context.Context, store Store, id string, r Record) error {
	if err := store.Send(ctx, id, Message{Key: r.Key, Entry: r.appendTo(nil)}); err != nil {
		return fmt.Errorf("durable: sending to program %q: %w", id, err)
	}
	return nil
}

// Receive waits for a signal of that name, and returns its value. Signals of a name come in the order in
// which they were sent, each to one task.
func Receive[T any](co *coro.Co, name string) (v T, err error) {
	p, err := programOf(co)
	if err != nil {
		return v, err
	}
	if p.ended {
		return v, ErrStopped
	}
	p.receiving++
	data, err := p.signalQueue(name).Get(co)
	p.receiving--
	switch {
	case p.ended:
		return v, ErrStopped
	case err != nil:
		return v, err
	}
	return decode[T](p.codec, data, "signal %q", name)
}

func (p *program) signalQueue(name string) *queues.Queue[[]byte] {
	q := p.signals[name]
	if q == nil {
		q = queues.New[[]byte](0)
		p.signals[name] = q
	}
	return q
}

// unreceived are the signals that nobody has received, by name.
func (p *program) unreceived() []Record {
	var left []Record
	for name, q := range p.signals {
		for {
			data, err := q.GetNowait()
			if err != nil {
				break
			}
			left = append(left, Record{Kind: Signaled, Name: name, Data: data})
		}
	}
	slices.SortStableFunc(left, func(a, b Record) int { return strings.Compare(a.Name, b.Name) })
	return left
}

// messages are the events that messages bring.
func (p *program) messages(ctx context.Context) ([]Record, error) {
	messages, err := p.journal.Messages(ctx)
	if err != nil {
		return nil, fmt.Errorf("durable: the messages of program %q: %w", p.id, err)
	}
	var records []Record
	for _, m := range messages {
		r, err := ParseRecord(m.Entry)
		if err != nil || r.Kind != Signaled && r.Kind != Canceled {
			p.logger.Error("durable: a message that this version of the module cannot read is dropped", "program", p.id, "key", m.Key)
			p.done = append(p.done, m.Key)
			continue
		}
		r.Key = m.Key
		records = append(records, r)
	}
	return records, nil
}

// removeMessages removes those that are in the journal. One that could not be removed is known when it comes
// again.
func (p *program) removeMessages(ctx context.Context) {
	if len(p.done) == 0 || p.journal == nil {
		return
	}
	if err := p.journal.Remove(context.WithoutCancel(ctx), p.done...); err != nil {
		p.logger.Warn("durable: removing messages", "program", p.id, "err", err)
		return
	}
	p.done = p.done[:0]
}

// removeSeen removes all messages that are in the journal.
func (p *program) removeSeen(ctx context.Context) error {
	messages, err := p.journal.Messages(ctx)
	if err != nil {
		return fmt.Errorf("durable: the messages of program %q: %w", p.id, err)
	}
	var keys []string
	for _, m := range messages {
		if p.seen[m.Key] {
			keys = append(keys, m.Key)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	if err := p.journal.Remove(ctx, keys...); err != nil {
		return fmt.Errorf("durable: removing messages of program %q: %w", p.id, err)
	}
	return nil
}
