package queues_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/looptest"
	"github.com/ouro-loop/ouro/queues"
)

// Whatever was put is got once or still there, a Queue's in order; what failed to be put is not.
// Nobody waits for what is there, nor for room that is there, and Join ends.
func TestExploredQueues(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			testkit.Explore(t, 1500, func(t *looptest.T, co *coro.Co) error {
				return traffic(t, co, kind.make(1), kind.name == "Queue")
			})
		})
	}
}

func traffic(t *looptest.T, co *coro.Co, q queue, inOrder bool) error {
	var put, got []int
	producing := 0
	t.Always(func() { require.LessOrEqual(t, q.Len(), 1) })
	t.Finally(func() {
		if inOrder {
			require.Equal(t, put, got)
		}
		slices.Sort(put)
		slices.Sort(got)
		require.Equal(t, put, got)
		require.Zero(t, q.Unfinished())
		require.Empty(t, q.Getters())
		require.Empty(t, q.Putters())
		require.Empty(t, q.Joiners())
	})
	take := func(v int) error {
		got = append(got, v)
		return q.TaskDone()
	}
	producer := func(first int) func(co *coro.Co) error {
		return func(co *coro.Co) error {
			producing++
			defer func() { producing-- }()
			if err := t.Delay(co, ms, 2*ms); err != nil {
				return err
			}
			for v := first; v < first+3; v++ {
				if err := q.Put(co, v); err != nil {
					return err
				}
				put = append(put, v)
			}
			return nil
		}
	}
	consumer := func(co *coro.Co) error {
		for {
			v, err := q.Get(co)
			if errors.Is(err, queues.ErrShutDown) {
				return nil
			}
			if err != nil {
				return err
			}
			if err := take(v); err != nil {
				return err
			}
			if err := coro.Sleep(co, ms); err != nil {
				return err
			}
		}
	}
	// settle lets whoever was woken run.
	settle := func(co *coro.Co) {
		state := func() [4]int { return [4]int{len(got), q.Len(), len(q.Getters()), len(q.Putters())} }
		before := state()
		for quiet := 0; quiet < 5; quiet++ {
			_ = coro.Sleep(co, 0)
			if now := state(); now != before {
				before, quiet = now, 0
			}
		}
	}
	// The end is made by one of two, as one may be canceled.
	end := func(co *coro.Co) error {
		for t.Loop().Time() < 50*ms {
			_ = coro.Sleep(co, 50*ms-t.Loop().Time())
		}
		settle(co)
		require.False(t, !q.Empty() && len(q.Getters()) > 0, "somebody waits for what is there")
		require.False(t, !q.Full() && len(q.Putters()) > 0, "somebody waits for room that is there")
		for producing > 0 || !q.Empty() { // the consumers were canceled
			v, err := q.GetNowait()
			if err == nil {
				err = take(v)
			} else {
				err = coro.Sleep(co, ms)
			}
			if err != nil && !future.IsCanceled(err) && !future.IsTimeout(err) {
				return err
			}
		}
		q.Shutdown(false)
		return q.Join(co)
	}
	return testkit.All(t, co, 4*ms, producer(10), producer(20), consumer, consumer, end, end)
}
