package natsstore

import (
	"context"
	"errors"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/ouro-loop/ouro/durable/natsstore/internal/passing"
)

// errMoved is the error of a write after which another one has come: none of it is there.
var errMoved = errors.New("natsstore: another process has written meanwhile")

// errUnsure is the error of a write of which nobody knows whether it is there.
var errUnsure = errors.New("natsstore: it is unknown whether what was written is there")

// nonceHeader tells a write from all others of its subject.
const nonceHeader = "Ouro-Nonce"

// put writes a message to a subject whose last one has the sequence after, 0 for none, until it is there, or ctx is
// done. It has a nonce, by which it is found if the answer was lost. Whatever happens it is there once at most.
func (s *Store) put(ctx context.Context, stream string, m *nats.Msg, after uint64) (seq uint64, err error) {
	unsure := false // a write may be there, or come yet
	for {
		attempt, cancel := context.WithTimeout(ctx, attemptFor)
		ack, err := s.js.PublishMsg(attempt, m, jetstream.WithExpectLastSequencePerSubject(after), jetstream.WithRetryAttempts(0))
		cancel()
		switch {
		case err == nil:
			return ack.Sequence, nil
		case isMoved(err):
			last, ok, err := s.get.last(ctx, stream, m.Subject)
			switch {
			case err != nil:
				return 0, errors.Join(errUnsure, err)
			case ok && last.header.Get(nonceHeader) == m.Header.Get(nonceHeader):
				return last.seq, nil
			case last.seq == after: // a server of a cluster refuses as well while it has not done with the write before
			case unsure:
				return 0, errors.Join(errUnsure, errMoved) // it may have come before what has come now
			default:
				return 0, errMoved
			}
		case !passing.Is(err):
			if unsure || ctx.Err() != nil {
				err = errors.Join(errUnsure, err)
			}
			return 0, err
		default:
			unsure = unsure || !errors.Is(err, nats.ErrNoResponders) && !errors.Is(err, jetstream.ErrNoStreamResponse)
		}
		if !pause(ctx) {
			return 0, errors.Join(errUnsure, context.Cause(ctx))
		}
	}
}

// isMoved reports whether the server has refused a write because of its sequence.
func isMoved(err error) bool {
	api := new(jetstream.APIError)
	return errors.As(err, &api) &&
		(api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence || api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant)
}
