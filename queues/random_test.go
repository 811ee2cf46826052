package queues_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/queues"
)

// Under any pattern of cancellation nothing that was put is lost or seen twice, the
// order is kept, and nobody waits for what is there. A round is some producers and
// consumers, each of which is canceled whenever chance will have it and goes on.
// Every item that goes in or comes out is compared with a model.
func TestRandomCancellation(t *testing.T) {
	rounds := 3000
	if testing.Short() {
		rounds = 300
	}
	canceled := 0
	for n := range rounds {
		r := &round{t: t, rng: rand.New(rand.NewPCG(2026, uint64(n)))}
		run(t, r.main)
		if t.Failed() {
			t.Fatalf("round %d", n)
		}
		canceled += r.canceled
	}
	require.Greater(t, canceled, rounds, "cancellations met somebody who waited")
}

type round struct {
	t        *testing.T
	rng      *rand.Rand
	kind     int // of kinds
	q        queue
	model    []int // what should be in q
	put      int   // how many were
	got      int
	dropped  int
	tasks    []*coro.Task[coro.None]
	ended    bool
	canceled int // waits that ended so
}

func (r *round) main(co *coro.Co) {
	t := r.t
	r.kind = r.rng.IntN(len(kinds))
	r.q = kinds[r.kind].make(r.rng.IntN(4))
	producers := 1 + r.rng.IntN(4)
	for range producers {
		r.tasks = append(r.tasks, spawn(co, r.produce, coro.Eager(true)))
	}
	for range 1 + r.rng.IntN(4) {
		r.tasks = append(r.tasks, spawn(co, r.consume, coro.Eager(true)))
	}
	joiner := spawn(co, func(co *coro.Co) error {
		if err := coro.Sleep(co, ms); err != nil {
			return err
		}
		return r.q.Join(co)
	})
	for range r.rng.IntN(20) {
		loop.Of(co).CallLater(r.someTime(), r.cancelSome)
	}
	r.check(loop.Of(co))
	waitEnded(t, co, r.tasks[:producers])
	immediate := r.rng.IntN(8) == 0
	if immediate {
		r.dropped, r.model = len(r.model), nil
	}
	r.q.Shutdown(immediate)
	waitEnded(t, co, r.tasks[producers:])
	wait(t, co, joiner)
	r.ended = true
	require.Empty(t, r.model)
	require.Zero(t, r.q.Len())
	require.Zero(t, r.q.Unfinished())
	require.Equal(t, r.put, r.got+r.dropped)
}

// someTime is a whole number of milliseconds, so that much happens at once.
func (r *round) someTime() time.Duration { return time.Duration(r.rng.IntN(12)) * ms }

// check looks between the milliseconds, when nothing is ready: whoever still waits
// then has not been told of anything.
func (r *round) check(l *loop.Loop) {
	l.CallLater(ms/2, func() {
		require.Equal(r.t, len(r.model), r.q.Len())
		if !r.q.Empty() {
			require.Empty(r.t, r.q.Getters(), "somebody waits for an item that is there")
		}
		if !r.q.Full() {
			require.Empty(r.t, r.q.Putters(), "somebody waits for room that is there")
		}
		l.CallLater(ms/2, func() {
			if !r.ended {
				r.check(l)
			}
		})
	})
}

func (r *round) cancelSome() {
	if len(r.tasks) == 0 {
		return // the first one is only just being made
	}
	for range 1 + r.rng.IntN(3) {
		r.tasks[r.rng.IntN(len(r.tasks))].Cancel()
	}
}

// pause lets some time pass, and does not mind being canceled.
func (r *round) pause(co *coro.Co) {
	if d := r.rng.IntN(6) - 2; d >= 0 {
		_ = coro.Sleep(co, time.Duration(d)*ms)
	}
}

// meddle sometimes cancels somebody in the very step in which it was woken.
func (r *round) meddle() {
	if r.rng.IntN(3) == 0 {
		r.cancelSome()
	}
}

func (r *round) produce(co *coro.Co) error {
	for v := range 10 {
		r.pause(co)
		v += 10 * r.rng.IntN(100)
		var err error
		switch r.rng.IntN(4) {
		case 0:
			err = r.q.PutNowait(v)
		case 1:
			err = coro.Timeout(co, time.Duration(r.rng.IntN(3))*ms, func(*coro.TimeoutScope) error {
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
	r.meddle()
}

func (r *round) consume(co *coro.Co) error {
	for {
		r.pause(co)
		var err error
		switch r.rng.IntN(4) {
		case 0:
			var v int
			if v, err = r.q.GetNowait(); err == nil {
				r.wasGot(v)
			}
		case 1:
			err = coro.Timeout(co, time.Duration(r.rng.IntN(3))*ms, func(*coro.TimeoutScope) error {
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
	r.meddle()
}

// expected reports whether err is one that a producer or consumer goes on after.
func (r *round) expected(err, nowait error) bool {
	if future.IsCanceled(err) {
		r.canceled++
		return true
	}
	return errors.Is(err, nowait) || errors.As(err, new(*future.TimeoutError))
}

// waitEnded awaits tasks that have no error but that of a cancellation in their last
// step.
func waitEnded(t *testing.T, co *coro.Co, tasks []*coro.Task[coro.None]) {
	t.Helper()
	_, _, err := coro.Wait(co, tasks)
	require.NoError(t, err)
	for _, task := range tasks {
		if !task.Canceled() {
			require.NoError(t, task.Err())
		}
	}
}
