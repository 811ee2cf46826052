package queues_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/queues"
)

// Under any pattern of cancellation no item is lost or seen twice, the order is kept,
// and no task waits for what is there. A round is some producers and consumers. They are
// canceled at random, and go on. Every item that goes in or comes out is compared with a
// model.
func TestRandomCancellation(t *testing.T) {
	rounds := 3000
	if testing.Short() {
		rounds = 300
	}
	canceled := 0
	for n := range rounds {
		r := &round{t: t, Chance: testkit.NewChance(2026, n)}
		testkit.Run(t, r.main)
		if t.Failed() {
			t.Fatalf("round %d", n)
		}
		canceled += r.canceled
	}
	require.Greater(t, canceled, rounds, "cancellations met somebody who waited")
}

type round struct {
	*testkit.Chance
	t        *testing.T
	kind     int // of kinds
	q        queue
	model    []int // what should be in q
	put      int   // how many were
	got      int
	dropped  int
	canceled int // waits that ended so
}

func (r *round) main(co *coro.Co) {
	t := r.t
	r.kind = r.IntN(len(kinds))
	r.q = kinds[r.kind].make(r.IntN(4))
	producers := 1 + r.IntN(4)
	for range producers {
		r.Spawn(co, r.produce)
	}
	for range 1 + r.IntN(4) {
		r.Spawn(co, r.consume)
	}
	joiner := testkit.Spawn(co, func(co *coro.Co) error {
		if err := coro.Sleep(co, ms); err != nil {
			return err
		}
		return r.q.Join(co)
	})
	for range r.IntN(20) {
		loop.Of(co).CallLater(r.someTime(), r.CancelSome)
	}
	r.Between(loop.Of(co), r.look)
	testkit.WaitEnded(t, co, r.Tasks[:producers]...)
	immediate := r.IntN(8) == 0
	if immediate {
		r.dropped, r.model = len(r.model), nil
	}
	r.q.Shutdown(immediate)
	testkit.WaitEnded(t, co, r.Tasks[producers:]...)
	testkit.Wait(t, co, joiner)
	r.End()
	require.Empty(t, r.model)
	require.Zero(t, r.q.Len())
	require.Zero(t, r.q.Unfinished())
	require.Equal(t, r.put, r.got+r.dropped)
}

// someTime is a whole number of milliseconds, so that much happens at once.
func (r *round) someTime() time.Duration { return time.Duration(r.IntN(12)) * ms }

func (r *round) look() {
	require.Equal(r.t, len(r.model), r.q.Len())
	if !r.q.Empty() {
		require.Empty(r.t, r.q.Getters(), "somebody waits for an item that is there")
	}
	if !r.q.Full() {
		require.Empty(r.t, r.q.Putters(), "somebody waits for room that is there")
	}
}

// pause lets some time pass, and ignores a cancellation.
func (r *round) pause(co *coro.Co) {
	if d := r.IntN(6) - 2; d >= 0 {
		_ = coro.Sleep(co, time.Duration(d)*ms)
	}
}

func (r *round) produce(co *coro.Co) error {
	for v := range 10 {
		r.pause(co)
		v += 10 * r.IntN(100)
		var err error
		switch r.IntN(4) {
		case 0:
			err = r.q.PutNowait(v)
		case 1:
			err = coro.Timeout(co, time.Duration(r.IntN(3))*ms, func(*coro.TimeoutScope) error {
				return r.putOne(co, v)
			})
			if err == nil {
				continue
			}
		default:
			if err = r.putOne(co, v); err == nil {
				continue
			}
		}
		if err == nil {
			r.wasPut(v)
		} else if !r.expected(err, queues.ErrFull) {
			return err
		}
	}
	return nil
}

// putOne tells the model before a time limit can turn success into an error.
func (r *round) putOne(co *coro.Co, v int) error {
	err := r.q.Put(co, v)
	if err == nil {
		r.wasPut(v)
	}
	return err
}

func (r *round) wasPut(v int) {
	r.model = append(r.model, v)
	r.put++
	r.Meddle()
}

func (r *round) consume(co *coro.Co) error {
	for {
		r.pause(co)
		var err error
		switch r.IntN(4) {
		case 0:
			var v int
			if v, err = r.q.GetNowait(); err == nil {
				r.wasGot(v)
			}
		case 1:
			err = coro.Timeout(co, time.Duration(r.IntN(3))*ms, func(*coro.TimeoutScope) error {
				return r.getOne(co)
			})
		default:
			err = r.getOne(co)
		}
		if errors.Is(err, queues.ErrShutDown) {
			return nil
		}
		if err != nil && !r.expected(err, queues.ErrEmpty) {
			return err
		}
	}
}

func (r *round) getOne(co *coro.Co) error {
	v, err := r.q.Get(co)
	if err == nil {
		r.wasGot(v)
	}
	return err
}

func (r *round) wasGot(v int) {
	at := 0
	switch r.kind {
	case 1: // last in, first out
		at = len(r.model) - 1
	case 2:
		at = slices.Index(r.model, slices.Min(r.model))
	}
	require.Equal(r.t, r.model[at], v)
	r.model = slices.Delete(r.model, at, at+1)
	r.got++
	require.NoError(r.t, r.q.TaskDone())
	r.Meddle()
}

// expected reports whether a producer or consumer goes on after err.
func (r *round) expected(err, nowait error) bool {
	if future.IsCanceled(err) {
		r.canceled++
		return true
	}
	return errors.Is(err, nowait) || errors.As(err, new(*future.TimeoutError))
}
