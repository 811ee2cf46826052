package durabletest

import (
	"context"
	"errors"

	"github.com/ouro-loop/ouro/durable"
)

// ErrCrash is the error of a Store that has crashed.
var ErrCrash = errors.New("durabletest: the process has crashed")

// A Moment is where a write is when it crashes.
type Moment int

const (
	Before Moment = iota // nothing of it is written
	Amid                 // the first half of the entries is; of a Replace or a Delete nothing
	After                // all of it is, but nobody is told
)

// Moments are all.
var Moments = []Moment{Before, Amid, After}

// A Crash is a Store that crashes at a write: nothing can be done with it then, as if its process were dead. What it
// has written is in the Store behind it.
type Crash struct {
	durable.Store
	At     int // which write, 1 for the first
	Moment Moment
	Do     func() // what is done then, nil for nothing: it may kill the process

	writes  int
	crashed bool
}

// Crashed reports whether it has.
func (c *Crash) Crashed() bool { return c.crashed }

// Acquire implements durable.Store.
func (c *Crash) Acquire(ctx context.Context, id string) (durable.Journal, error) {
	if c.crashed {
		return nil, ErrCrash
	}
	j, err := c.Store.Acquire(ctx, id)
	if err != nil {
		return nil, err
	}
	return &crashJournal{j, c}, nil
}

type crashJournal struct {
	durable.Journal
	crash *Crash
}

// write does a write, of which some is a part.
func (j *crashJournal) write(all, some func() error) error {
	c := j.crash
	if c.crashed {
		return ErrCrash
	}
	c.writes++
	if c.writes != c.At {
		return all()
	}
	c.crashed = true
	switch c.Moment {
	case Amid:
		_ = some()
	case After:
		_ = all()
	}
	if c.Do != nil {
		c.Do()
	}
	return ErrCrash
}

func (j *crashJournal) Append(ctx context.Context, entries ...[]byte) error {
	return j.write(
		func() error { return j.Journal.Append(ctx, entries...) },
		func() error { return j.Journal.Append(ctx, entries[:len(entries)/2]...) },
	)
}

func (j *crashJournal) Replace(ctx context.Context, entries ...[]byte) error {
	return j.write(
		func() error { return j.Journal.Replace(ctx, entries...) },
		func() error { return nil },
	)
}

func (j *crashJournal) Remove(ctx context.Context, keys ...string) error {
	return j.write(
		func() error { return j.Journal.Remove(ctx, keys...) },
		func() error { return j.Journal.Remove(ctx, keys[:len(keys)/2]...) },
	)
}

func (j *crashJournal) Delete(ctx context.Context) error {
	return j.write(
		func() error { return j.Journal.Delete(ctx) },
		func() error { return nil },
	)
}

func (j *crashJournal) Messages(ctx context.Context) ([]durable.Message, error) {
	if j.crash.crashed {
		return nil, ErrCrash
	}
	return j.Journal.Messages(ctx)
}
