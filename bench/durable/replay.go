package main

import (
	"context"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/durable"
)

// The replays, in the order of their table: of a program whose steps are one after the other.
const (
	replayOurs     = "ouro, durable.Replay"
	replayTemporal = "Temporal's SDK, WorkflowReplayer"
)

// recordsOf is how many records a step has in the journal or history of each.
var recordsOf = map[string]int64{
	replayOurs:     2, // asked, and what came of it
	replayTemporal: 6, // scheduled, started and completed, of the activity and of the task that it begins
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

// measureReplays measures each of them for a while.
func (r *runner) measureReplays(ctx context.Context) error {
	ours, err := ourReplay(ctx, r.replayed)
	if err != nil {
		return err
	}
	theirs, err := temporalReplay(r.replayed)
	if err != nil {
		return err
	}
	for name, replay := range map[string]func() error{replayOurs: ours, replayTemporal: theirs} {
		m, err := r.replay(replay)
		if err != nil {
			return err
		}
		r.replays[name] = append(r.replays[name], m)
	}
	return ctx.Err()
}

func (r *runner) replay(replay func() error) (m measurement, err error) {
	if err := replay(); err != nil { // to warm up
		return m, err
	}
	before, err := cpuOf(nil)
	if err != nil {
		return m, err
	}
	for begin := time.Now(); m.time < r.time; m.time = time.Since(begin) {
		if err := replay(); err != nil {
			return m, err
		}
		m.steps += int64(r.replayed)
	}
	after, err := cpuOf(nil)
	m.cpu = after - before
	return m, err
}
