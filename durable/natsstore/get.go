package natsstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/ouro-loop/ouro/durable/natsstore/internal/passing"
)

// A stored is a message of a stream.
type stored struct {
	seq     uint64
	subject string
	header  nats.Header
	data    []byte
}

// A getter reads from streams what package jetstream does not: from the leader, though direct reads are allowed, which
// may be behind; and many messages by one request.
type getter struct {
	conn   *nats.Conn
	prefix string // of JetStream's own subjects
}

func newGetter(js jetstream.JetStream) getter {
	o, prefix := js.Options(), jetstream.DefaultAPIPrefix
	switch {
	case o.Domain != "":
		prefix = "$JS." + o.Domain + ".API."
	case o.APIPrefix != "":
		prefix = strings.TrimSuffix(o.APIPrefix, ".") + "."
	}
	return getter{js.Conn(), prefix}
}

// attemptFor is how long an answer is waited for before it is asked again.
const attemptFor = 2 * time.Second

// retryAfter is how long is waited before that.
const retryAfter = 20 * time.Millisecond

// A getRequest is JetStream's own.
type getRequest struct {
	Seq      uint64 `json:"seq,omitempty"`
	LastFor  string `json:"last_by_subj,omitempty"`
	NextFor  string `json:"next_by_subj,omitempty"`
	Batch    int    `json:"batch,omitempty"`
	MaxBytes int    `json:"max_bytes,omitempty"`
}

// last is the last message of a subject, as the leader has it.
func (g getter) last(ctx context.Context, stream, subject string) (m stored, ok bool, err error) {
	return g.fromLeader(ctx, stream, getRequest{LastFor: subject})
}

// next is the first message of a subject from a sequence on, as the leader has it.
func (g getter) next(ctx context.Context, stream, subject string, seq uint64) (m stored, ok bool, err error) {
	return g.fromLeader(ctx, stream, getRequest{NextFor: subject, Seq: seq})
}

// fromLeader asks until there is an answer, or ctx is done.
func (g getter) fromLeader(ctx context.Context, stream string, r getRequest) (m stored, ok bool, err error) {
	for {
		m, ok, err = g.attempt(ctx, stream, r)
		if err == nil || !passing.Is(err) || !pause(ctx) {
			return m, ok, err
		}
	}
}

func (g getter) attempt(ctx context.Context, stream string, r getRequest) (m stored, ok bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, attemptFor)
	defer cancel()
	data, err := json.Marshal(r)
	if err != nil {
		return m, false, err
	}
	answer, err := g.conn.RequestWithContext(ctx, g.prefix+"STREAM.MSG.GET."+stream, data)
	if err != nil {
		return m, false, err
	}
	var got struct {
		Error   *jetstream.APIError `json:"error"`
		Message *struct {
			Subject string `json:"subject"`
			Seq     uint64 `json:"seq"`
			Header  []byte `json:"hdrs"`
			Data    []byte `json:"data"`
		} `json:"message"`
	}
	if err := json.Unmarshal(answer.Data, &got); err != nil {
		return m, false, fmt.Errorf("natsstore: the answer of the server: %w", err)
	}
	switch {
	case got.Error != nil && got.Error.ErrorCode == jetstream.JSErrCodeMessageNotFound:
		return m, false, nil
	case got.Error != nil:
		return m, false, got.Error
	case got.Message == nil:
		return m, false, errors.New("natsstore: the answer of the server has no message")
	}
	m = stored{seq: got.Message.Seq, subject: got.Message.Subject, data: got.Message.Data}
	if len(got.Message.Header) > 0 {
		if m.header, err = nats.DecodeHeadersMsg(got.Message.Header); err != nil {
			return m, false, fmt.Errorf("natsstore: the answer of the server: %w", err)
		}
	}
	return m, true, nil
}

// A batch is how much is asked for at a time.
const (
	batchMessages = 500
	batchBytes    = 8 << 20
)

// all calls f with the messages of a subject, in order, up to the sequence last at least. It may ask
// a server that is behind the leader: one that does not have last, or a later one, is asked again.
func (g getter) all(ctx context.Context, stream, subject string, last uint64, f func(stored)) error {
	if last == 0 {
		return nil
	}
	for from := uint64(1); ; {
		more, err := g.batch(ctx, stream, getRequest{NextFor: subject, Seq: from, Batch: batchMessages, MaxBytes: batchBytes}, func(m stored) {
			from = m.seq + 1
			f(m)
		})
		switch {
		case err != nil && !passing.Is(err):
			return err
		case err == nil && more:
			continue
		case err == nil && from > last:
			return nil
		case !pause(ctx):
			return context.Cause(ctx)
		}
	}
}

// batch calls f with what there is for a request, and reports whether there is more.
func (g getter) batch(ctx context.Context, stream string, r getRequest, f func(stored)) (more bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, attemptFor)
	defer cancel()
	data, err := json.Marshal(r)
	if err != nil {
		return false, err
	}
	inbox := g.conn.NewInbox()
	sub, err := g.conn.SubscribeSync(inbox)
	if err != nil {
		return false, err
	}
	defer func() { _ = sub.Unsubscribe() }()
	if err := g.conn.PublishRequest(g.prefix+"DIRECT.GET."+stream, inbox, data); err != nil {
		return false, err
	}
	next := r.Seq
	for {
		m, err := sub.NextMsgWithContext(ctx)
		if err != nil {
			return false, err
		}
		switch status := m.Header.Get("Status"); status {
		case "":
		case "204": // the end of the batch
			pending, err := strconv.ParseUint(m.Header.Get("Nats-Num-Pending"), 10, 64)
			return pending > 0, err
		case "404":
			return false, nil
		case "503":
			return false, nats.ErrNoResponders
		default:
			return false, fmt.Errorf("natsstore: reading from stream %s: %s %s", stream, status, m.Header.Get("Description"))
		}
		seq, err := strconv.ParseUint(m.Header.Get(jetstream.SequenceHeader), 10, 64)
		if err != nil {
			return false, fmt.Errorf("natsstore: the answer of the server: %w", err)
		}
		if seq < next {
			return false, nats.ErrTimeout // nothing that we have asked for: once more
		}
		next = seq + 1
		f(stored{seq, m.Header.Get(jetstream.SubjectHeader), m.Header, m.Data})
	}
}

// pause waits a little, and reports whether ctx is not done.
func pause(ctx context.Context) bool {
	timer := time.NewTimer(retryAfter)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
