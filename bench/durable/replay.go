package main

import (
	"context"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/durable"
)

// A replayer replays a program of steps one after the other.
type replayer struct {
	name    string
	steps   int
	records int // of a step, in the journal or the history
	replay  func() error
}

// replayers in the order of their table.
func replayers(ctx context.Context, steps int) ([]*replayer, error) {
	ours, err := ourReplay(ctx, steps)
	if err != nil {
		return nil, err
	}
	many := 500 * steps
	long, err := ourReplay(ctx, many)
	if err != nil {
		return nil, err
	}
	theirs, err := temporalReplay(steps)
	return []*replayer{
		{"ouro, durable.Replay", steps, 2, ours}, // asked, and what came of it
		{"ouro, durable.Replay", many, 2, long},
		{"Temporal's SDK, WorkflowReplayer", steps, 6, theirs}, // scheduled, started and completed: the activity, and the task that it begins
	}, err
}

// ourReplay is a replay of a program of n steps.
func ourReplay(ctx context.Context, n int) (func() error, error) {
	main := coro.Func[int](func(co *coro.Co) (sum int, err error) {
		for i := range n {
			got, err := durable.Do("step", func(context.Context) (int, error) { return i, nil })(co)
			if err != nil {
				return 0, err
			}
			sum += got
		}
		return sum, nil
	})
	store := durable.NewMemory()
	_, err := durable.Run(ctx, store, "1", main, durable.MaxRecords(1<<30))
	return func() error { return durable.Replay(ctx, store, "1", main, durable.MaxRecords(1<<30)) }, err
}

// measure replays for a while.
func (p *replayer) measure(d time.Duration) (m measurement, err error) {
	if err := p.replay(); err != nil { // to warm up
		return m, err
	}
	before, err := cpuOf(nil)
	if err != nil {
		return m, err
	}
	for begin := time.Now(); m.time < d; m.time = time.Since(begin) {
		if err := p.replay(); err != nil {
			return m, err
		}
		m.steps += int64(p.steps)
	}
	after, err := cpuOf(nil)
	m.cpu = after - before
	return m, err
}
