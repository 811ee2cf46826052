package natswork

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// An Option is one of New and Serve. Those who are to meet have the same Prefix.
type Option func(*options)

type options struct {
	prefix      string
	replicas    int
	keep        time.Duration
	ackWait     time.Duration
	concurrency int
	grace       time.Duration
	logger      *slog.Logger
}

// Prefix is what the names of the streams and subjects begin with, "durable" if it is not given.
func Prefix(name string) Option { return func(o *options) { o.prefix = name } }

// Replicas is on how many servers the streams are when they are created, 1 if it is not given.
func Replicas(n int) Option { return func(o *options) { o.replicas = n } }

// OutcomesFor is how long outcomes are kept, from when the streams are created: a week if it is not given. A program
// that is not run for so long while a call of its is under way has that executed again.
func OutcomesFor(d time.Duration) Option { return func(o *options) { o.keep = d } }

// AckWait is after what time without a sign of life a server is thought dead, 30 seconds if it is not given. It is the same for
// all servers of a function.
func AckWait(d time.Duration) Option { return func(o *options) { o.ackWait = d } }

// Concurrency is how many calls of each function a server executes at a time, 16 if it is not given. The others wait in
// the queue, for it or for other servers.
func Concurrency(n int) Option { return func(o *options) { o.concurrency = n } }

// Grace is how long a server that is to end waits for what it executes, 10 seconds if it is not given. What fails in that time, and
// what takes longer, is left to other servers.
func Grace(d time.Duration) Option { return func(o *options) { o.grace = d } }

// Logger is where a server says what goes wrong, slog.Default() if it is not given.
func Logger(l *slog.Logger) Option { return func(o *options) { o.logger = l } }

func newOptions(opts []Option) (options, error) {
	o := options{prefix: "durable", replicas: 1, keep: 7 * 24 * time.Hour, ackWait: 30 * time.Second, concurrency: 16,
		grace: 10 * time.Second, logger: slog.Default()}
	for _, opt := range opts {
		if opt == nil {
			return o, errors.New("natswork: a nil Option; leave it out")
		}
		opt(&o)
	}
	switch {
	case o.prefix == "" || strings.ContainsAny(o.prefix, " \t\r\n.*>/\\"):
		return o, fmt.Errorf("natswork: the prefix %q is no name of a stream: it may have no spaces, dots, slashes, * or >", o.prefix)
	case o.replicas < 1:
		return o, errors.New("natswork: there must be 1 replica at least")
	case o.keep < time.Second:
		return o, fmt.Errorf("natswork: outcomes that are kept for %v would be gone before they are read", o.keep)
	case o.ackWait < 100*time.Millisecond:
		return o, fmt.Errorf("natswork: an AckWait of %v is too short, 100ms is the least", o.ackWait)
	case o.concurrency < 1:
		return o, errors.New("natswork: a server needs room for 1 call at least")
	case o.logger == nil:
		return o, errors.New("natswork: a nil Logger; leave the option out")
	}
	return o, nil
}
