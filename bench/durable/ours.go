package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/durable"
)

// ours are programs of package durable.
type ours struct {
	store durable.Store
	dir   string // where the store is on the disk, if it is
	pids  []int
	end   []func() error // the last first
}

func (o *ours) servers() []int { return o.pids }
func (o *ours) disk() string   { return o.dir }

func (o *ours) close() (err error) {
	for _, end := range slices.Backward(o.end) {
		err = errors.Join(err, end())
	}
	return err
}

func (o *ours) work(ctx context.Context, l load, step func() bool) error {
	main := coro.Do(func(co *coro.Co) error {
		return coro.Group(co, func(g *coro.TaskGroup) error {
			for range l.tasks {
				coro.CreateTask(g, coro.Do(func(co *coro.Co) error { return stepOnAndOn(co, step) }))
			}
			return nil
		})
	})
	return each(l.programs, l.programs, func(i int) error {
		_, err := durable.Run(ctx, o.store, fmt.Sprint(i), main, durable.MaxRecords(1<<30))
		return err
	})
}

func stepOnAndOn(co *coro.Co, step func() bool) error {
	for {
		more, err := durable.Do("step", func(context.Context) (bool, error) { return step(), nil })(co)
		if err != nil || !more {
			return err
		}
	}
}

// longSleep is longer than anything that is measured.
const longSleep = 1000 * time.Hour

// entriesOfSleeper are what one appends: that it has asked for its step, and what came of it.
const entriesOfSleeper = 2

func (o *ours) sleep(ctx context.Context, n int, asleep func(atRest bool)) error {
	err := each(n, 50, func(i int) error { return durable.Start(ctx, o.store, fmt.Sprint(i), "sleeper") })
	if err != nil {
		return err
	}
	// A worker puts a program to rest, and a worker that ends does, by giving it back: so they are counted by the store.
	counted := &countingStore{Store: o.store}
	running, stop := o.sleepers(ctx, counted, n, longSleep*2)
	err = until(running, func() bool { return counted.entries.Load() >= entriesOfSleeper*int64(n) })
	if err == nil {
		asleep(false)
	}
	if err := errors.Join(err, stop()); err != nil {
		return err
	}
	counted = &countingStore{Store: o.store}
	running, stop = o.sleepers(ctx, counted, n, time.Second)
	err = until(running, func() bool { // one that was listed as due before it was at rest is taken twice
		given := counted.given.Load()
		return given >= int64(n) && given == counted.taken.Load()
	})
	if err == nil {
		asleep(true)
	}
	return errors.Join(err, stop())
}

// sleepers has a worker run programs that make a step, and sleep; they are put to rest if that is for longer than rest.
// running is done when one of them fails.
func (o *ours) sleepers(ctx context.Context, store durable.Store, n int, rest time.Duration) (running context.Context, stop func() error) {
	running, cancel := context.WithCancelCause(ctx)
	worker := durable.NewWorker(store, durable.MaxPrograms(n), durable.RestFor(rest), durable.OnEnd(func(id string, _ bool, err error) {
		cancel(fmt.Errorf("program %s does not sleep: %w", id, err))
	}))
	durable.Register(worker, "sleeper", func(co *coro.Co) (coro.None, error) {
		if _, err := durable.Do("step", func(context.Context) (bool, error) { return true, nil })(co); err != nil {
			return coro.None{}, err
		}
		return coro.None{}, coro.Sleep(co, longSleep)
	}, durable.Logger(slog.New(slog.DiscardHandler)))
	ended := make(chan error, 1)
	go func() { ended <- worker.Run(running) }()
	return running, func() error {
		cancel(nil)
		if err := <-ended; !errors.Is(err, context.Canceled) {
			return err
		}
		return nil
	}
}

// A countingStore counts the programs that are taken, and given back, and the entries that are appended.
type countingStore struct {
	durable.Store
	taken, given, entries atomic.Int64
}

func (s *countingStore) Acquire(ctx context.Context, id string) (durable.Journal, error) {
	j, err := s.Store.Acquire(ctx, id)
	if err != nil {
		return nil, err
	}
	s.taken.Add(1)
	return &countingJournal{j, s}, nil
}

type countingJournal struct {
	durable.Journal
	store *countingStore
}

func (j *countingJournal) Append(ctx context.Context, entries ...[]byte) error {
	err := j.Journal.Append(ctx, entries...)
	if err == nil {
		j.store.entries.Add(int64(len(entries)))
	}
	return err
}

func (j *countingJournal) Close(wake time.Time) error {
	defer j.store.given.Add(1)
	return j.Journal.Close(wake)
}

// each calls f with 0 to n-1, so many at a time.
func each(n, atOnce int, f func(i int) error) error {
	var (
		all  sync.WaitGroup
		next atomic.Int64
		errs = make([]error, atOnce)
	)
	for k := range errs {
		all.Go(func() {
			for errs[k] == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				errs[k] = f(i)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// until waits until something holds.
func until(ctx context.Context, holds func() bool) error {
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !holds() {
		select {
		case <-again.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}
