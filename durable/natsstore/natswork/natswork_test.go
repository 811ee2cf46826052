package natswork_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/natsstore/internal/natstest"
	"github.com/ouro-loop/ouro/durable/natsstore/natswork"
)

var errOutOfStock = errors.New("out of stock")

func remoter(t *testing.T, js jetstream.JetStream, opts ...natswork.Option) *natswork.Remoter {
	t.Helper()
	r, err := natswork.New(t.Context(), js, opts...)
	require.NoError(t, err)
	return r
}

// serve has a server execute functions until stop is called, or the test is over.
func serve(t *testing.T, js jetstream.JetStream, f *durable.Functions, opts ...natswork.Option) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- natswork.Serve(ctx, js, f, opts...) }()
	stop = sync.OnceFunc(func() {
		cancel()
		require.ErrorIs(t, <-ended, context.Canceled)
	})
	t.Cleanup(stop)
	return stop
}

// one is a Functions with one function.
func one(name string, fn func(ctx context.Context, n int) (int, error)) *durable.Functions {
	f := durable.NewFunctions(durable.KnownErrors(errOutOfStock))
	durable.Handle(f, name, fn)
	return f
}

func ignore([]byte) {}

// theQueue is the stream of calls, and tells how many are in it.
func theQueue(t *testing.T, js jetstream.JetStream) (work jetstream.Stream, queued func() uint64) {
	t.Helper()
	work, err := js.Stream(t.Context(), "durable_work")
	require.NoError(t, err)
	return work, func() uint64 {
		info, err := work.Info(t.Context())
		require.NoError(t, err)
		return info.State.Msgs
	}
}

func call(name, key string) durable.Call {
	return durable.Call{Name: name, Key: key, Attempt: 1, Args: []byte("20")}
}

// A program has its activities executed elsewhere; what they return, and fail with, comes back.
func TestProgram(t *testing.T) {
	js := natstest.Connect(t, natstest.Single(t).ClientURL())
	f := one("double", func(ctx context.Context, n int) (int, error) {
		require.NotEmpty(t, durable.Key(ctx))
		return 2 * n, nil
	})
	durable.Handle(f, "sell", func(ctx context.Context, what string) (string, error) {
		if durable.Attempt(ctx) < 3 {
			return "", errors.New("busy")
		}
		return "", durable.Permanent(fmt.Errorf("%s: %w", what, errOutOfStock))
	})
	serve(t, js, f)
	double := durable.Remote[int, int]("double")
	sell := durable.Remote[string, string]("sell", durable.Attempts(0), durable.Backoff(time.Millisecond, time.Millisecond))
	sum, err := durable.Run(t.Context(), durable.NewMemory(), "1", func(co *coro.Co) (sum int, err error) {
		var calls []coro.Awaitable[int]
		for i := range 50 {
			calls = append(calls, double(i))
		}
		all, err := coro.Gather(co, calls...).Await(co)
		for _, n := range all {
			sum += n
		}
		_, selling := sell("a lamp")(co)
		require.ErrorIs(t, selling, errOutOfStock)
		require.EqualError(t, selling, `activity "sell": a lamp: out of stock (attempt 3)`)
		return sum, err
	}, durable.RemoteBy(remoter(t, js)), durable.KnownErrors(errOutOfStock))
	require.NoError(t, err)
	require.Equal(t, 2*49*50/2, sum)
}

// Who asks again, because the program has stopped and goes on, waits for the same call, or has its outcome.
func TestJoin(t *testing.T) {
	js := natstest.Connect(t, natstest.Single(t).ClientURL())
	times, begun, goOn := atomic.Int32{}, make(chan struct{}), make(chan struct{})
	serve(t, js, one("double", func(ctx context.Context, n int) (int, error) {
		times.Add(1)
		close(begun)
		select {
		case <-goOn:
			return 2 * n, nil
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}))
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() {
		_, err := remoter(t, js).Call(ctx, call("double", "a"), ignore)
		first <- err
	}()
	<-begun
	cancel()
	require.ErrorIs(t, <-first, context.Canceled)
	second := make(chan durable.Outcome, 1)
	go func() {
		out, err := remoter(t, js).Call(t.Context(), call("double", "a"), ignore)
		require.NoError(t, err)
		second <- out
	}()
	close(goOn)
	require.Equal(t, durable.Outcome{Value: []byte("40")}, <-second)
	third, err := remoter(t, js).Call(t.Context(), call("double", "a"), ignore)
	require.NoError(t, err)
	require.Equal(t, durable.Outcome{Value: []byte("40")}, third)
	require.EqualValues(t, 1, times.Load())
}

// However often it is asked for, a call is in the queue once; and one that comes again after its end, as the queue was not told
// of that, is not executed again.
func TestOnce(t *testing.T) {
	js := natstest.Connect(t, natstest.Single(t).ClientURL())
	r := remoter(t, js)
	work, queued := theQueue(t, js)
	for range 2 {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		_, err := r.Call(ctx, call("double", "a"), ignore)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		cancel()
		require.EqualValues(t, 1, queued())
	}
	asked, err := work.GetMsg(t.Context(), 1)
	require.NoError(t, err)
	times := atomic.Int32{}
	serve(t, js, one("double", func(_ context.Context, n int) (int, error) {
		times.Add(1)
		return 2 * n, nil
	}))
	_, err = r.Call(t.Context(), call("double", "a"), ignore)
	require.NoError(t, err)
	_, err = js.Publish(t.Context(), asked.Subject, asked.Data)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return queued() == 0 }, time.Minute, time.Millisecond)
	require.EqualValues(t, 1, times.Load())
}

// The first outcome counts, and counts when it is stored: who waits does not take one that the stream has refused, as a server
// that was cut off publishes one.
func TestRefusedOutcome(t *testing.T) {
	js := natstest.Connect(t, natstest.Single(t).ClientURL())
	r := remoter(t, js)
	work, queued := theQueue(t, js)
	got := make(chan durable.Outcome, 1)
	go func() {
		out, err := r.Call(t.Context(), call("double", "a"), ignore)
		require.NoError(t, err)
		got <- out
	}()
	require.Eventually(t, func() bool { return queued() == 1 }, time.Minute, time.Millisecond)
	asked, err := work.GetMsg(t.Context(), 1)
	require.NoError(t, err)
	parts := strings.Split(asked.Subject, ".")
	outcome := "durable.d." + parts[len(parts)-1]
	publish := func(value string, opts ...jetstream.PublishOpt) error {
		data, err := json.Marshal(durable.Outcome{Value: []byte(value)})
		require.NoError(t, err)
		_, err = js.Publish(t.Context(), outcome, data, opts...)
		return err
	}
	require.Error(t, publish("1", jetstream.WithExpectLastSequencePerSubject(7)))
	require.NoError(t, publish("2"))
	require.Equal(t, durable.Outcome{Value: []byte("2")}, <-got)
}

// A call that nobody waits for any more is taken out of the queue, and who executes it is told.
func TestAbandoned(t *testing.T) {
	js := natstest.Connect(t, natstest.Single(t).ClientURL())
	r := remoter(t, js)
	_, queued := theQueue(t, js)
	abandoned := func(name string, when func()) {
		ctx, cancel := context.WithCancelCause(t.Context())
		ended := make(chan error, 1)
		go func() {
			_, err := r.Call(ctx, call(name, name), ignore)
			ended <- err
		}()
		when()
		cancel(durable.ErrAbandoned)
		require.ErrorIs(t, <-ended, durable.ErrAbandoned)
	}
	abandoned("waits", func() {
		require.Eventually(t, func() bool { return queued() == 1 }, time.Minute, time.Millisecond)
	})
	require.Zero(t, queued())
	begun, told := make(chan struct{}), make(chan error, 1)
	serve(t, js, one("runs", func(ctx context.Context, n int) (int, error) {
		close(begun)
		<-ctx.Done()
		told <- context.Cause(ctx)
		return 0, ctx.Err()
	}))
	abandoned("runs", func() { <-begun })
	require.ErrorIs(t, <-told, durable.ErrAbandoned)
	require.Zero(t, queued())
}

// A server that has missed that finds out by itself.
func TestAbandonedUnheard(t *testing.T) {
	js := natstest.Connect(t, natstest.Single(t).ClientURL())
	r := remoter(t, js)
	begun, told := make(chan struct{}), make(chan error, 1)
	serve(t, js, one("runs", func(ctx context.Context, n int) (int, error) {
		close(begun)
		<-ctx.Done()
		told <- context.Cause(ctx)
		return 0, ctx.Err()
	}), natswork.AckWait(300*time.Millisecond))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { _, _ = r.Call(ctx, call("runs", "a"), ignore) }()
	<-begun
	work, err := js.Stream(t.Context(), "durable_work")
	require.NoError(t, err)
	cancel() // else it would be put there again
	require.NoError(t, work.Purge(t.Context()))
	require.ErrorIs(t, <-told, durable.ErrAbandoned)
}

// A server takes no more than it has room for; the rest waits for others.
func TestBackPressure(t *testing.T) {
	js := natstest.Connect(t, natstest.Single(t).ClientURL())
	r := remoter(t, js)
	const room, calls = 3, 40
	var servers [2]struct{ now, most, all atomic.Int32 }
	full := make(chan struct{})
	var busy atomic.Int32
	for i := range servers {
		s := &servers[i]
		serve(t, js, one("double", func(ctx context.Context, n int) (int, error) {
			now := s.now.Add(1)
			defer s.now.Add(-1)
			for most := s.most.Load(); now > most && !s.most.CompareAndSwap(most, now); most = s.most.Load() {
			}
			if busy.Add(1) == room*int32(len(servers)) {
				close(full)
			}
			<-full // both are as busy as they may be
			s.all.Add(1)
			return 2 * n, nil
		}), natswork.Concurrency(room))
	}
	var all sync.WaitGroup
	for i := range calls {
		all.Go(func() {
			out, err := r.Call(t.Context(), call("double", fmt.Sprint(i)), ignore)
			require.NoError(t, err)
			require.Equal(t, "40", string(out.Value))
		})
	}
	all.Wait()
	require.EqualValues(t, room, servers[0].most.Load())
	require.EqualValues(t, room, servers[1].most.Load())
	require.EqualValues(t, calls, servers[0].all.Load()+servers[1].all.Load())
}

// A server that ends keeps what its functions return in time, and leaves what they fail with, as they were told to end, to
// others.
func TestServerEnds(t *testing.T) {
	js := natstest.Connect(t, natstest.Single(t).ClientURL())
	r := remoter(t, js)
	begun := make(chan struct{}, 2)
	stop := serve(t, js, one("work", func(ctx context.Context, n int) (int, error) {
		begun <- struct{}{}
		<-ctx.Done()
		if durable.Key(ctx) == "returns" {
			return 1, nil
		}
		return 0, ctx.Err()
	}))
	outcomes := map[string]chan string{"returns": make(chan string, 1), "fails": make(chan string, 1)}
	for key, outcome := range outcomes {
		go func() {
			out, err := r.Call(t.Context(), call("work", key), ignore)
			outcome <- fmt.Sprint(string(out.Value), string(out.Err), err)
		}()
		<-begun
	}
	stop()
	require.Equal(t, "1<nil>", <-outcomes["returns"])
	serve(t, js, one("work", func(context.Context, int) (int, error) { return 2, nil }))
	require.Equal(t, "2<nil>", <-outcomes["fails"])
}

// Calls survive the broker: those that wait, that are under way, and that have ended.
func TestBrokerRestarts(t *testing.T) {
	o := natstest.Options(t)
	broker := natstest.Start(t, o)
	o.Port = broker.Addr().(*net.TCPAddr).Port
	js := natstest.Connect(t, broker.ClientURL())
	r := remoter(t, js)
	const room, calls = 2, 8
	begun, goOn := make(chan struct{}, calls), make(chan struct{})
	serve(t, js, one("double", func(_ context.Context, n int) (int, error) {
		begun <- struct{}{}
		<-goOn
		return 2 * n, nil
	}), natswork.Concurrency(room), natswork.AckWait(time.Second))
	var all sync.WaitGroup
	for i := range calls {
		all.Go(func() {
			out, err := r.Call(t.Context(), call("double", fmt.Sprint(i)), ignore)
			require.NoError(t, err)
			require.Equal(t, "40", string(out.Value))
		})
	}
	<-begun
	<-begun
	natstest.Stop(broker)
	close(goOn) // they have ended, and there is nobody to tell
	broker = natstest.Start(t, o)
	t.Cleanup(func() { natstest.Stop(broker) })
	all.Wait()
}

// Heartbeats reach who has asked, often enough for what is expected.
func TestHeartbeat(t *testing.T) {
	js := natstest.Connect(t, natstest.Single(t).ClientURL())
	r := remoter(t, js)
	heard := make(chan string, 10)
	serve(t, js, one("work", func(ctx context.Context, n int) (int, error) {
		before, _, err := durable.Progress[int](ctx)
		if err != nil {
			return 0, err
		}
		for len(heard) < 3 {
			if err := durable.Heartbeat(ctx, before+n); err != nil {
				return 0, err
			}
			<-time.After(time.Millisecond)
		}
		return n, nil
	}))
	c := call("work", "a")
	c.Progress, c.Heartbeat = []byte("7"), 30*time.Millisecond
	_, err := r.Call(t.Context(), c, func(progress []byte) { heard <- string(progress) })
	require.NoError(t, err)
	require.Equal(t, "27", <-heard)
}

func TestTooLarge(t *testing.T) {
	js := natstest.Connect(t, natstest.Single(t).ClientURL())
	r := remoter(t, js)
	f := durable.NewFunctions()
	durable.Handle(f, "write", func(_ context.Context, n int) (string, error) { return strings.Repeat("x", n), nil })
	serve(t, js, f)
	_, err := durable.Run(t.Context(), durable.NewMemory(), "1", durable.Remote[int, string]("write", durable.Attempts(0))(1<<20), durable.RemoteBy(r))
	require.ErrorContains(t, err, `bytes, is too large: the server takes 1048576; return where it is to be found`)
	_, err = durable.Run(t.Context(), durable.NewMemory(), "1", durable.Remote[string, string]("write", durable.Attempts(0))(strings.Repeat("x", 1<<20)), durable.RemoteBy(r))
	require.ErrorContains(t, err, `is too large: the server takes 1048576; send where the rest is to be found`)
}

func TestMisuse(t *testing.T) {
	js := natstest.Connect(t, natstest.Single(t).ClientURL())
	f := one("double", func(context.Context, int) (int, error) { return 0, nil })
	for _, test := range []struct {
		opt  natswork.Option
		want string
	}{
		{nil, "a nil Option"},
		{natswork.Prefix("a.b"), `the prefix "a.b" is no name of a stream`},
		{natswork.Replicas(0), "1 replica at least"},
		{natswork.OutcomesFor(0), "kept for 0s"},
		{natswork.AckWait(time.Millisecond), "AckWait of 1ms is too short"},
		{natswork.Concurrency(0), "room for 1 call at least"},
		{natswork.Logger(nil), "a nil Logger"},
	} {
		_, err := natswork.New(t.Context(), js, test.opt)
		require.ErrorContains(t, err, test.want)
		require.ErrorContains(t, natswork.Serve(t.Context(), js, f, test.opt), test.want)
	}
	require.ErrorContains(t, natswork.Serve(t.Context(), js, durable.NewFunctions()), "there are no functions to serve")
}

// What is in the queue and is no call does not keep a server from the others.
func TestNoCall(t *testing.T) {
	js := natstest.Connect(t, natstest.Single(t).ClientURL())
	r := remoter(t, js)
	work, err := js.Stream(t.Context(), "durable_work")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	waits := make(chan struct{})
	go func() {
		defer close(waits)
		_, _ = r.Call(ctx, call("double", "a"), ignore)
	}()
	var subject string
	require.Eventually(t, func() bool {
		m, err := work.GetMsg(t.Context(), 1)
		if err == nil {
			subject = m.Subject
		}
		return err == nil
	}, time.Minute, time.Millisecond)
	_, err = js.Publish(t.Context(), subject[:len(subject)-1]+"_", []byte("{}"))
	require.NoError(t, err)
	cancel()
	<-waits
	serve(t, js, one("double", func(_ context.Context, n int) (int, error) { return 2 * n, nil }), natswork.Concurrency(1))
	for _, key := range []string{"a", "b"} {
		out, err := r.Call(t.Context(), call("double", key), ignore)
		require.NoError(t, err)
		require.Equal(t, "40", string(out.Value))
	}
}
