package natsstore_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/natsstore"
)

// TestServerDies: programs run, on two workers, while the server that leads their journals dies and comes back, and then
// another one.
func TestServerDies(t *testing.T) {
	if testing.Short() {
		t.Skip("clusters take seconds to find a leader")
	}
	const programs, steps = 40, 30
	c := startCluster(t)
	js := connect(t, c.urls())
	client := openStore(t, js, natsstore.Replicas(3))

	var did atomic.Int64
	reached := make(chan struct{}, 2)
	add := func(context.Context) (int, error) {
		if n := did.Add(1); n == programs*steps/4 || n == programs*steps/2 {
			reached <- struct{}{}
		}
		return 1, nil
	}
	main := func(co *coro.Co) (sum int, err error) {
		for range steps {
			n, err := durable.Do("add", add)(co)
			if err != nil {
				return 0, err
			}
			sum += n
		}
		more, err := durable.Receive[int](co, "more")
		if err != nil {
			return 0, err
		}
		n, err := durable.Do("add", add)(co)
		return sum + more + n, err
	}

	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan string, 10*programs)
	stopped := make(chan error, 2)
	for range 2 {
		store := openStore(t, connect(t, c.urls()), natsstore.Replicas(3))
		worker := durable.NewWorker(store, durable.PollEvery(10*time.Millisecond), durable.OnEnd(func(id string, is bool, err error) {
			if is {
				ended <- id
			}
		}))
		durable.Register(worker, "sum", main)
		go func() { stopped <- worker.Run(ctx) }()
	}
	for i := range programs {
		require.NoError(t, durable.Start(ctx, client, fmt.Sprint(i), "sum"))
	}
	<-reached
	dead := c.leaderOf(t, js, "durable_journals")
	c.kill(dead)
	send := func(from, to int) {
		for i := from; i < to; i++ {
			require.NoError(t, durable.Send(ctx, client, fmt.Sprint(i), "more", 1000+i))
		}
	}
	send(0, programs/2)
	<-reached
	c.start(t, dead)
	c.waitForLeader(t)
	c.waitForReplicas(t, js, "durable_journals", "durable_programs")
	c.kill((dead + 1) % 3)
	send(programs/2, programs)

	for seen := map[string]bool{}; len(seen) < programs; {
		select {
		case id := <-ended:
			seen[id] = true
		case err := <-stopped:
			t.Fatal("a worker has stopped:", err)
		}
	}
	for i := range programs {
		sum, is, err := durable.Result[int](ctx, client, fmt.Sprint(i))
		require.NoError(t, err)
		require.True(t, is)
		require.Equal(t, steps+1000+i+1, sum)
	}
	stop()
	for range 2 {
		require.ErrorIs(t, <-stopped, context.Canceled)
	}
}

// leaderOf is which server leads a stream.
func (c *cluster) leaderOf(t *testing.T, js jetstream.JetStream, stream string) (leader int) {
	t.Helper()
	require.Eventually(t, func() bool {
		s, err := js.Stream(t.Context(), stream)
		if err != nil || s.CachedInfo().Cluster == nil {
			return false
		}
		n, err := fmt.Sscanf(s.CachedInfo().Cluster.Leader, "s%d", &leader)
		return n == 1 && err == nil
	}, startWithin, 10*time.Millisecond)
	return leader
}

// waitForReplicas waits until all servers have all of the streams.
func (c *cluster) waitForReplicas(t *testing.T, js jetstream.JetStream, streams ...string) {
	t.Helper()
	require.Eventually(t, func() bool {
		for _, stream := range streams {
			s, err := js.Stream(t.Context(), stream)
			if err != nil || s.CachedInfo().Cluster == nil || len(s.CachedInfo().Cluster.Replicas) != 2 {
				return false
			}
			for _, peer := range s.CachedInfo().Cluster.Replicas {
				if peer.Offline || !peer.Current {
					return false
				}
			}
		}
		return true
	}, startWithin, 10*time.Millisecond)
}
