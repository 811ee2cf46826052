package natsstore

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"

	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/natsstore/internal/passing"
)

// An owner is what has programs: a Store, for as long as it can renew its lease; then it begins another one.
type owner struct {
	store *Store
	id    string

	alive  context.Context // is done when the lease is lost, or has ended
	lose   context.CancelCauseFunc
	until  time.Time // by then it is lost, if it is not renewed
	ended  chan struct{}
	ending context.CancelFunc
}

const leaseHeader = "Ouro-Lease"

// forgetAfter is after what time servers forget an owner that has died.
const forgetAfter = time.Hour

// own returns the owner that this Store is, and begins one if there is none that is alive.
func (s *Store) own(ctx context.Context) (*owner, error) {
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.owner, nil
}

// begin has the Store be an owner, and know what there is.
func (s *Store) begin(ctx context.Context) error {
	s.owning.Lock()
	defer s.owning.Unlock()
	s.mu.Lock()
	o, closed := s.owner, s.closed
	s.mu.Unlock()
	switch {
	case closed:
		return errClosed
	case o != nil && o.alive.Err() == nil:
		return nil
	}
	o = &owner{store: s, id: nuid.Next(), ended: make(chan struct{})}
	o.alive, o.lose = context.WithCancelCause(context.Background())
	seq, err := o.renew(ctx, s.o.lease)
	if err != nil {
		return err
	}
	var renewing context.Context
	renewing, o.ending = context.WithCancel(context.Background())
	go o.keep(renewing)
	if err := s.watch.start(ctx, seq); err != nil {
		return errors.Join(err, o.end())
	}
	s.mu.Lock()
	s.owner = o
	s.mu.Unlock()
	return nil
}

// renew renews the lease. Its time begins when the server was asked, so it is over here before it is for others, by a
// quarter.
func (o *owner) renew(ctx context.Context, lease time.Duration) (seq uint64, err error) {
	m := &nats.Msg{Subject: o.store.subjects.owner(token(o.id)), Header: nats.Header{}}
	m.Header.Set(leaseHeader, strconv.FormatInt(int64(lease), 10))
	forget := jetstream.WithMsgTTL((forgetAfter + 10*lease).Truncate(time.Second))
	for {
		asked := time.Now()
		attempt, cancel := context.WithTimeout(ctx, min(attemptFor, max(lease/4, minLease)))
		ack, err := o.store.js.PublishMsg(attempt, m, forget, jetstream.WithRetryAttempts(0))
		cancel()
		if err == nil {
			o.until = asked.Add(lease * 3 / 4)
			return ack.Sequence, nil
		}
		if !passing.Is(err) || !pause(ctx) {
			return 0, err
		}
	}
}

// keep renews the lease until it is lost, or ends.
func (o *owner) keep(ctx context.Context) {
	defer close(o.ended)
	lease := o.store.o.lease
	ticker := time.NewTicker(lease / 5)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		attempt, cancel := context.WithDeadline(ctx, o.until)
		_, err := o.renew(attempt, lease)
		if err != nil && ctx.Err() == nil {
			<-attempt.Done() // no sooner, others may not have it yet
			o.lose(durable.ErrLost)
		}
		cancel()
		if err != nil {
			return
		}
	}
}

// end ends the lease at once.
func (o *owner) end() error {
	o.ending()
	<-o.ended
	if o.alive.Err() != nil {
		return nil // it was lost
	}
	o.lose(errClosed)
	ctx, cancel := context.WithTimeout(context.Background(), attemptFor)
	defer cancel()
	if _, err := o.renew(ctx, 0); err != nil && !errors.Is(err, nats.ErrConnectionClosed) && !passing.Is(err) {
		return err
	}
	return nil // or others wait until it is over
}

// isDead reports whether an owner has let its lease pass, as far as we have seen. It asks the leader, since what we have
// seen may be late.
func (s *Store) isDead(ctx context.Context, id string) (bool, error) {
	last, ok, err := s.get.last(ctx, s.programs(), s.subjects.owner(token(id)))
	if err != nil {
		return false, err
	}
	return !ok || s.watch.sawOwner(id, last), nil
}
