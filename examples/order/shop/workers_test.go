package shop_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/examples/order/shop"
)

// Three workers process 200 orders of all kinds, and every few minutes one is stopped and another takes its place: the
// books balance.
func TestWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const orders, workers = 200, 3
		store, chance := durable.NewMemory(), fixed(1)
		b := slow(newBooks(), chance)
		var all sync.WaitGroup
		work := func() (stop context.CancelFunc) {
			ctx, stop := context.WithCancel(t.Context())
			worker := durable.NewWorker(store, durable.PollEvery(30*time.Second))
			durable.Register(worker, "order", shop.Sell, shop.Options(b.Functions())...)
			all.Go(func() { require.ErrorIs(t, worker.Run(ctx), context.Canceled) })
			return stop
		}
		var stops [workers]context.CancelFunc
		for i := range stops {
			stops[i] = work()
		}

		wants := map[string]shop.Order{}
		for i := range orders {
			id := fmt.Sprint("order ", i)
			order := []shop.Order{small, large, dear, soldUp}[chance(4)]
			wants[id] = order
			require.NoError(t, durable.Start(t.Context(), store, id, "order", durable.Input(order)))
			if order.Cents >= shop.Large && chance(4) > 0 { // the others wait for a week
				require.NoError(t, durable.Send(t.Context(), store, id, "approve", shop.Approval{By: "Ada", Yes: chance(5) > 0}))
			}
			if chance(3) == 0 {
				time.AfterFunc(time.Duration(chance(60))*time.Second, func() { _ = durable.Cancel(context.Background(), store, id, "no more") })
			}
			pass(time.Duration(chance(30)) * time.Second)
			if i%10 == 0 {
				which := chance(workers)
				stops[which]()
				stops[which] = work()
			}
		}
		pass(7*24*time.Hour + time.Hour)
		for _, stop := range stops {
			stop()
		}
		all.Wait()

		ends, free := map[string]int{}, map[string]int{"book": books, "desk": desks}
		for id, order := range wants {
			parcel, ended, err := durable.Result[string](t.Context(), store, id, shop.Errors)
			require.True(t, ended, "%s: %v", id, err)
			require.NoError(t, balance(b, id, order))
			require.Equal(t, parcel, b.Account(id).Parcel)
			if err != nil {
				ends[err.Error()]++
				continue
			}
			ends["sent"]++
			free[order.Item] -= order.Count
		}
		require.Equal(t, free, map[string]int{"book": b.Free("book"), "desk": b.Free("desk")})
		for _, end := range []string{"sent", "canceled: no more", "the order was not approved", `activity "charge": the card is declined`, `activity "reserve": it is sold out`} {
			require.NotZero(t, ends[end], "%s: %v", end, ends)
		}
	})
}
