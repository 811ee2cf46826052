package sqlstore

import (
	"log/slog"
	"time"
)

// An Option is one of Open.
type Option func(*options)

type options struct {
	prefix string
	lease  time.Duration
	poll   time.Duration
	logger *slog.Logger
}

func newOptions(opts []Option) options {
	o := options{prefix: "durable_", lease: 15 * time.Second, poll: 100 * time.Millisecond, logger: slog.Default()}
	for _, opt := range opts {
		if opt == nil {
			panic("sqlstore: a nil Option; leave it out")
		}
		opt(&o)
	}
	return o
}

// TablePrefix is what the names of the tables begin with, "durable_" if it is not given. It is of lower-case letters,
// digits and underscores, and does not begin with a digit.
func TablePrefix(prefix string) Option { return func(o *options) { o.prefix = prefix } }

// Lease is for how long a program is held without a renewal, 15 seconds if it is not given, and 100 ms at least: so long
// it rests when its process has died. All stores of a database may have their own.
func Lease(d time.Duration) Option {
	return func(o *options) { o.lease = max(d, 100*time.Millisecond) }
}

// PollEvery is how often the database is asked for messages that other stores have sent to the programs which this one
// holds, 100 ms if it is not given.
func PollEvery(d time.Duration) Option {
	return func(o *options) { o.poll = max(d, time.Millisecond) }
}

// Logger is told of leases that could not be renewed. It is slog.Default() if it is not given.
func Logger(l *slog.Logger) Option {
	if l == nil {
		panic("sqlstore: Logger of nil; leave the option out")
	}
	return func(o *options) { o.logger = l }
}
