package durable

import (
	"context"
	"fmt"
	"time"
)

// Retain has a Worker remove programs, see [Forget], so long after they have ended; if it is not given they stay for ever. It
// is for those that end while a Worker with Retain has them, so all workers of a store are to have it alike.
func Retain(d time.Duration) WorkerOption {
	return func(o *workerOptions) { o.retain = max(d, time.Nanosecond) }
}

// keptUntil is when a program is removed that has ended, Never if it is kept. start is the first record of its journal.
func (o *options) keptUntil(start, end Record) time.Time {
	if o.retain == 0 {
		return Never
	}
	return time.Unix(0, int64(start.Time+end.Time)).Add(o.retain)
}

// tidy is what a worker does with a program that has ended: it removes it when its time has come, and until then the
// messages that would wake it again and again. It returns when there is more to do.
func (o *options) tidy(ctx context.Context, id string, journal Journal, end Record) (wake time.Time, err error) {
	start, err := ParseRecord(journal.Entries()[0])
	if err != nil {
		return Never, fmt.Errorf("durable: program %q: %w", id, err)
	}
	wake = o.keptUntil(start, end)
	switch {
	case !wake.Before(Never):
		return wake, nil
	case !wake.After(time.Now()):
		if err := journal.Delete(ctx); err != nil {
			return wake, removing(id, err)
		}
		return wake, nil
	}
	if err := removeAll(ctx, journal); err != nil {
		return wake, fmt.Errorf("durable: removing messages of program %q: %w", id, err)
	}
	return wake, nil
}

// removeAll removes all messages.
func removeAll(ctx context.Context, journal Journal) error {
	messages, err := journal.Messages(ctx)
	if err != nil || len(messages) == 0 {
		return err
	}
	var keys []string
	for _, m := range messages {
		keys = append(keys, m.Key)
	}
	return journal.Remove(ctx, keys...)
}
