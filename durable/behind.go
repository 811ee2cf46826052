package durable

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// What an activity knows of the program that it is done for, by its context.
type behind struct {
	name, key string
	attempt   int
	progress  []byte // of an earlier attempt
	codec     Codec
	beat      func(progress []byte) // tells how far it is
	every     time.Duration         // no more often than that

	mu    sync.Mutex
	alarm *time.Timer // that there was no heartbeat
	limit time.Duration
	told  time.Time
}

type behindKey struct{}

var errNoActivity = errors.New("durable: the context is not that of an activity")

func behindOf(ctx context.Context) (*behind, error) {
	if b, ok := ctx.Value(behindKey{}).(*behind); ok {
		return b, nil
	}
	return nil, errNoActivity
}

// Key tells an activity from all others, of this program and of others. It is the same in all attempts, those after
// a crash too: what is asked to do the work can notice that it has done it already. Outside of an activity it is
// empty.
func Key(ctx context.Context) string {
	b, err := behindOf(ctx)
	if err != nil {
		return ""
	}
	return b.key
}

// Attempt is which attempt of an activity it is, 1 for the first. It does not count those that a crash has
// ended. Outside of an activity it is zero.
func Attempt(ctx context.Context) int {
	b, err := behindOf(ctx)
	if err != nil {
		return 0
	}
	return b.attempt
}

// beatEvery is how often the journal is told how far an activity is.
const beatEvery = time.Second

// Heartbeat tells that an activity is alive, see [HeartbeatWithin], and how far it is. The journal is told at
// most once a second. Another attempt, also one after a crash, may ask for that with [Progress].
func Heartbeat(ctx context.Context, progress any) error {
	b, err := behindOf(ctx)
	if err != nil {
		return err
	}
	err = b.alive(func() ([]byte, error) { return b.codec.Marshal(progress) })
	if err != nil {
		return fmt.Errorf("durable: the progress of activity %q cannot be kept: %w", b.name, err)
	}
	return ctx.Err()
}

// alive notes a heartbeat, and tells of it if it is time for that.
func (b *behind) alive(progress func() ([]byte, error)) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.alarm != nil {
		b.alarm.Reset(b.limit)
	}
	if !b.told.IsZero() && time.Since(b.told) < b.every {
		return nil
	}
	data, err := progress()
	if err != nil {
		return err
	}
	b.told = time.Now()
	b.beat(data)
	return nil
}

// Progress is what the last [Heartbeat] of an earlier attempt has told, and false if none has.
func Progress[T any](ctx context.Context) (v T, ok bool, err error) {
	b, err := behindOf(ctx)
	if err != nil || b.progress == nil {
		return v, false, err
	}
	v, err = decode[T](b.codec, b.progress, "the progress of activity %q", b.name)
	return v, err == nil, err
}

// expect has the job fail without a heartbeat.
func (b *behind) expect(within time.Duration, j *job) {
	if within <= 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.limit = within
	b.alarm = time.AfterFunc(within, func() {
		j.tell(nil, fmt.Errorf("durable: activity %q has given no heartbeat for %v", b.name, within))
	})
}

func (b *behind) quiet() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.alarm != nil {
		b.alarm.Stop()
	}
}
