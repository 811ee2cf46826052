package durable_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/durable"
)

type parcel struct {
	To    string
	Grams int
}

var (
	weigh   = durable.Remote[parcel, int]("weigh", durable.Attempts(3))
	deliver = durable.Remote[parcel, string]("deliver")
)

// at executes weigh and deliver by these functions, and notes the keys of the calls.
func at(weigh func(ctx context.Context, p parcel) (int, error), deliver func(ctx context.Context, p parcel) (string, error)) *durable.Functions {
	f := durable.NewFunctions(durable.KnownErrors(errOutOfStock))
	durable.Handle(f, "weigh", weigh)
	durable.Handle(f, "deliver", deliver)
	return f
}

func TestRemote(t *testing.T) {
	var keys []string
	f := at(func(ctx context.Context, p parcel) (int, error) {
		keys = append(keys, fmt.Sprint(durable.Key(ctx), " ", durable.Attempt(ctx)))
		if durable.Attempt(ctx) < 3 {
			return 0, errors.New("the scales are busy")
		}
		return p.Grams + 20, nil
	}, func(context.Context, parcel) (string, error) { return "", fmt.Errorf("no paper: %w", errOutOfStock) })
	main := func(co *coro.Co) (int, error) {
		grams, err := weigh(parcel{"Ada", 300})(co)
		if err != nil {
			return 0, err
		}
		_, err = deliver(parcel{"Ada", grams})(co)
		require.ErrorIs(t, err, errOutOfStock)
		require.EqualError(t, err, `activity "deliver": no paper: out of stock`)
		return grams, nil
	}
	store := durable.NewMemory()
	opts := []durable.Option{durable.RemoteBy(f), durable.KnownErrors(errOutOfStock)}
	synctest.Test(t, func(t *testing.T) { // there are two pauses
		grams, err := durable.Run(t.Context(), store, "1", main, opts...)
		require.NoError(t, err)
		require.Equal(t, 320, grams)
	})
	require.Len(t, keys, 3)
	require.Equal(t, keys[0][:len(keys[0])-1], keys[2][:len(keys[2])-1], "one activity")
	require.NoError(t, durable.Check(t.Context(), store, main, durable.KnownErrors(errOutOfStock)), "nobody is needed for what has been done")
	require.Len(t, keys, 3)
}

// What goes wrong elsewhere is an error of the activity.
func TestRemoteErrors(t *testing.T) {
	fine := func(context.Context, parcel) (int, error) { return 1, nil }
	bring := func(context.Context, parcel) (string, error) { return "", nil }
	none := durable.NewFunctions()
	durable.Handle(none, "pack", fine)
	for _, test := range []struct {
		name string
		f    *durable.Functions
		main func(co *coro.Co) error
		want string
		once bool // it is not tried again
	}{
		{"panic", at(func(context.Context, parcel) (int, error) { panic("boom") }, bring), nil, "panic: boom", false},
		{"Goexit", at(func(context.Context, parcel) (int, error) { runtime.Goexit(); return 0, nil }, bring), nil, "Goexit", false},
		{"permanent", at(func(context.Context, parcel) (int, error) { return 0, durable.Permanent(errOutOfStock) }, bring), nil, "out of stock", true},
		{"not there", none, nil, `activity "weigh" is not among those that are executed here: pack`, false},
		{"none there", durable.NewFunctions(), nil, `are executed here: none`, false},
		{"other arguments", at(fine, bring), func(co *coro.Co) error {
			_, err := durable.Remote[string, int]("weigh", durable.Attempts(3))("a parcel")(co)
			return err
		}, `what activity "weigh" is asked for with`, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				main := test.main
				if main == nil {
					main = func(co *coro.Co) error {
						_, err := weigh(parcel{})(co)
						return err
					}
				}
				_, err := durable.Run(t.Context(), durable.NewMemory(), "1", coro.Do(main), durable.RemoteBy(test.f))
				require.ErrorContains(t, err, test.want)
				if test.once {
					require.NotContains(t, err.Error(), "attempt")
				} else {
					require.ErrorContains(t, err, "(attempt 3)")
				}
			})
		})
	}
	_, err := durable.Run(t.Context(), durable.NewMemory(), "1", coro.Do(func(co *coro.Co) error {
		_, err := durable.Remote[func(), int]("weigh")(nil)(co)
		return err
	}), durable.RemoteBy(none))
	require.ErrorContains(t, err, `the arguments of activity "weigh" cannot be sent`)
	require.PanicsWithValue(t, `durable: Handle of "pack" twice`, func() { durable.Handle(none, "pack", fine) })
}

// Without the option a program stops where it needs somebody, writes nothing, and goes on with it.
func TestRemoteByNobody(t *testing.T) {
	store := durable.NewMemory()
	main := func(co *coro.Co) (int, error) { return weigh(parcel{"Ada", 300})(co) }
	for range 2 {
		_, err := durable.Run(t.Context(), store, "1", main)
		require.EqualError(t, err, `program "1": durable: activity "weigh" is one for elsewhere: the option RemoteBy has to say who executes it`)
	}
	f := at(func(_ context.Context, p parcel) (int, error) { return p.Grams, nil }, func(context.Context, parcel) (string, error) { return "", nil })
	grams, err := durable.Run(t.Context(), store, "1", main, durable.RemoteBy(f))
	require.NoError(t, err)
	require.Equal(t, 300, grams)
}

// Heartbeats come back, and are what a further attempt knows; a cancellation goes there.
func TestRemoteHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		canceled := make(chan struct{})
		f := at(func(ctx context.Context, p parcel) (int, error) {
			n, _, err := durable.Progress[int](ctx)
			if err != nil {
				return 0, err
			}
			for range 3 {
				n++
				if err := durable.Heartbeat(ctx, n); err != nil {
					return 0, err
				}
				<-time.After(200 * time.Millisecond)
			}
			if n < p.Grams { // it no longer answers
				<-ctx.Done()
				return 0, ctx.Err()
			}
			return n, nil
		}, func(ctx context.Context, p parcel) (string, error) {
			<-ctx.Done()
			close(canceled)
			return "", ctx.Err()
		})
		weigh := durable.Remote[parcel, int]("weigh", durable.Attempts(0), durable.HeartbeatWithin(300*time.Millisecond))
		n, err := durable.Run(t.Context(), durable.NewMemory(), "1", func(co *coro.Co) (int, error) {
			err := coro.Timeout(co, time.Minute, func(*coro.TimeoutScope) error {
				_, err := deliver(parcel{})(co)
				return err
			})
			require.EqualError(t, err, "timed out after 1m0s, waiting for activity \"deliver\"")
			return weigh(parcel{Grams: 7})(co)
		}, durable.RemoteBy(f))
		require.NoError(t, err)
		require.Equal(t, 7, n, "of three heartbeats in a second the journal has the first")
		<-canceled
	})
}
