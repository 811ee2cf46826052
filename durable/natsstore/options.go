package natsstore

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// An Option is one of Open.
type Option func(*options)

type options struct {
	prefix   string
	replicas int
	lease    time.Duration
}

// Prefix is what the names of the streams and subjects begin with, "durable" if it is not given.
func Prefix(name string) Option { return func(o *options) { o.prefix = name } }

// Replicas is on how many servers the streams are when Open creates them, 1 if it is not given.
func Replicas(n int) Option { return func(o *options) { o.replicas = n } }

// Lease is after what time without a renewal a Store is thought dead, 15 seconds if it is not given. It should be
// longer than a cluster takes to find a new leader.
func Lease(d time.Duration) Option { return func(o *options) { o.lease = d } }

const minLease = 50 * time.Millisecond

func newOptions(opts []Option) (options, error) {
	o := options{prefix: "durable", replicas: 1, lease: 15 * time.Second}
	for _, opt := range opts {
		opt(&o)
	}
	switch {
	case o.prefix == "" || strings.ContainsAny(o.prefix, " \t\r\n.*>/\\"):
		return o, fmt.Errorf("natsstore: the prefix %q is no name of a stream: it may have no spaces, dots, slashes, * or >", o.prefix)
	case o.replicas < 1:
		return o, errors.New("natsstore: there must be 1 replica at least")
	case o.lease < minLease:
		return o, fmt.Errorf("natsstore: a lease of %v is too short, %v is the least", o.lease, minLease)
	}
	return o, nil
}
