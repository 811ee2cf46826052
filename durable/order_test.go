package durable_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/durable"
)

// kinds are the records of a journal, as far as it is durable.
func kinds(ctx context.Context, store durable.Store, id string) (all []durable.Kind, err error) {
	records, err := durable.ReadJournal(ctx, store, id)
	for _, r := range records {
		if r.Kind != durable.Asked { // which nothing depends on
			all = append(all, r.Kind)
		}
	}
	return all, err
}

// An activity starts when all that it depends on is durable: as a power failure would leave it, if it came then.
func TestWhatActivitiesDependOn(t *testing.T) {
	store := durable.NewMemory()
	seen := func(name string) coro.Func[string] {
		return durable.Do(name, func(ctx context.Context) (string, error) {
			all, err := kinds(ctx, store, "1")
			return fmt.Sprint(all), err
		})
	}
	main := func(co *coro.Co) (all []string, err error) {
		see := func(name string) {
			text, failed := seen(name)(co)
			all = append(all, text)
			if err == nil {
				err = failed
			}
		}
		see("a")
		if _, err := durable.Version(co, "v", 1); err != nil {
			return nil, err
		}
		see("b")
		if _, err := durable.Receive[int](co, "s"); err != nil {
			return nil, err
		}
		see("c")
		return all, err
	}
	require.NoError(t, durable.Send(t.Context(), store, "1", "s", 1))
	all, err := durable.Run(t.Context(), store, "1", main)
	require.NoError(t, err)
	require.Len(t, all, 3)
	require.Contains(t, []string{"[began]", "[began signaled]"}, all[0])
	require.Regexp(t, `^\[began (signaled )?returned( signaled)? versioned( signaled)?\]$`, all[1])
	require.Regexp(t, `^\[began.* returned versioned.* returned.*\]$`, all[2])
	require.Contains(t, all[2], "signaled")
	ended, err := kinds(t.Context(), store, "1")
	require.NoError(t, err)
	require.Equal(t, durable.Ended, ended[len(ended)-1])
}
