package shop_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/durabletest"
	"github.com/ouro-loop/ouro/examples/order/shop"
	"github.com/ouro-loop/ouro/future"
)

var (
	small  = shop.Order{Item: "book", Count: 2, Cents: 4000}
	large  = shop.Order{Item: "desk", Count: 1, Cents: shop.Large}
	dear   = shop.Order{Item: "desk", Count: 1, Cents: shop.CardLimit}
	soldUp = shop.Order{Item: "book", Count: 100, Cents: 4000}
)

const books, desks = 50, 3

func newBooks() *shop.Books { return shop.NewBooks(map[string]int{"book": books, "desk": desks}) }

func options(b *shop.Books, order shop.Order) []durable.Option {
	return append(shop.Options(b.Functions()), durable.Input(order), durable.Logger(slog.New(slog.DiscardHandler)))
}

func sell(ctx context.Context, store durable.Store, b *shop.Books, order shop.Order) (string, error) {
	return durable.Run(ctx, store, "1", shop.Sell, options(b, order)...)
}

// pass lets time pass, in a bubble of testing/synctest.
func pass(d time.Duration) { <-time.After(d) }

// balance is nil if an order was either sent and charged, once, or nothing is left of it.
func balance(b *shop.Books, id string, order shop.Order) error {
	switch a := b.Account(id); {
	case a.Parcel != "" && (a.Charged != order.Cents || a.Reserved != order.Count):
		return fmt.Errorf("order %s, %+v, was sent: %+v", id, order, a)
	case a.Parcel == "" && (a.Charged != 0 || a.Reserved != 0):
		return fmt.Errorf("order %s, %+v, was not sent: %+v", id, order, a)
	}
	return nil
}

func TestSell(t *testing.T) {
	for _, test := range []struct {
		name    string
		order   shop.Order
		approve *shop.Approval
		parcel  string
		err     error
		text    string
	}{
		{name: "small", order: small, parcel: "parcel 1"},
		{name: "approved", order: large, approve: &shop.Approval{By: "Ada", Yes: true}, parcel: "parcel 1"},
		{name: "not approved", order: large, approve: &shop.Approval{By: "Ada"}, err: shop.ErrRefused, text: "the order was not approved"},
		{name: "no answer", order: large, err: shop.ErrRefused, text: "the order was not approved"},
		{name: "declined", order: dear, approve: &shop.Approval{Yes: true}, err: shop.ErrDeclined, text: `activity "charge": the card is declined`},
		{name: "sold out", order: soldUp, err: shop.ErrSoldOut, text: `activity "reserve": it is sold out`},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, b := durable.NewMemory(), newBooks()
				if test.approve != nil {
					require.NoError(t, durable.Send(t.Context(), store, "1", "approve", *test.approve))
				}
				parcel, err := sell(t.Context(), store, b, test.order)
				require.Equal(t, test.parcel, parcel)
				require.NoError(t, balance(b, "1", test.order))
				if test.err == nil {
					require.NoError(t, err)
					require.Equal(t, test.order.Cents, b.Account("1").Charged)
					return
				}
				require.ErrorIs(t, err, test.err)
				require.EqualError(t, err, test.text)
				require.Equal(t, [2]int{books, desks}, [2]int{b.Free("book"), b.Free("desk")})
			})
		})
	}
}

// The warehouse is reminded once, after a day of a carrier's strike; and the query says how things are.
func TestReminder(t *testing.T) {
	for _, test := range []struct {
		strike    time.Duration
		reminders int
	}{{20 * time.Hour, 0}, {30 * time.Hour, 1}} {
		synctest.Test(t, func(t *testing.T) {
			store, b := durable.NewMemory(), newBooks()
			over := time.Now().Add(test.strike)
			b.Busy = func(what, _ string) error {
				if what == "send" && time.Now().Before(over) {
					return errors.New("the carrier is on strike")
				}
				return nil
			}
			status := func() string {
				text, err := durable.Query[string](t.Context(), store, "1", "status", shop.Sell, options(b, small)...)
				require.NoError(t, err)
				return text
			}
			var all sync.WaitGroup
			all.Go(func() {
				parcel, err := sell(t.Context(), store, b, small)
				require.NoError(t, err)
				require.Equal(t, "parcel 1", parcel)
			})
			pass(time.Hour)
			require.Equal(t, "waits for the carrier", status())
			all.Wait()
			require.Equal(t, "sent as parcel 1", status())
			require.Equal(t, test.reminders, b.Account("1").Reminders)
			require.NoError(t, balance(b, "1", small))
		})
	}
}

// A carrier that never takes the parcel is as a customer who cancels.
func TestCarrierFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBooks()
		b.Busy = func(what, _ string) error {
			if what == "send" {
				return errors.New("the carrier is on strike")
			}
			return nil
		}
		_, err := sell(t.Context(), durable.NewMemory(), b, small)
		require.ErrorContains(t, err, "on strike (attempt 100)")
		require.NoError(t, balance(b, "1", small))
		require.Equal(t, books, b.Free("book"))
	})
}

// slow has services take a while, whatever becomes of who asks, and fail at first now and then.
func slow(b *shop.Books, chance func(n int) int) *shop.Books {
	b.Busy = func(string, string) error {
		pass(time.Duration(chance(5)) * time.Second)
		if chance(4) == 0 {
			return errors.New("busy")
		}
		return nil
	}
	return b
}

// fixed is a source of chance for many goroutines.
func fixed(seed uint64) func(n int) int {
	var mu sync.Mutex
	r := rand.New(rand.NewPCG(seed, 0))
	return func(n int) int {
		mu.Lock()
		defer mu.Unlock()
		return r.IntN(n)
	}
}

// The customer may cancel after any record, and cancel again at any time: the money and the stock add up.
func TestCancelAnywhere(t *testing.T) {
	sent, canceled := 0, 0
	for seed := range uint64(30) {
		again := time.Duration(seed % 7) // seconds, zero for never
		for k := 1; ; k++ {
			stopped := false
			synctest.Test(t, func(t *testing.T) {
				memory, b := durable.NewMemory(), slow(newBooks(), fixed(seed))
				require.NoError(t, durable.Send(t.Context(), memory, "1", "approve", shop.Approval{Yes: true}))
				_, err := sell(t.Context(), &durabletest.Watch{Store: memory, Do: cutAfter(k, &stopped)}, b, large)
				if !stopped {
					require.NoError(t, err)
					return
				}
				require.ErrorIs(t, err, errCut)
				require.NoError(t, durable.Cancel(t.Context(), memory, "1", "no more"))
				if again > 0 {
					time.AfterFunc(again*time.Second, func() { _ = durable.Cancel(context.Background(), memory, "1", "no, really") })
				}
				parcel, err := sell(t.Context(), memory, b, large)
				pass(time.Minute) // what was under way is over
				require.NoError(t, balance(b, "1", large), "canceled after %d records", k)
				require.Equal(t, parcel, b.Account("1").Parcel)
				if err == nil {
					sent++
					require.Equal(t, "parcel 1", parcel)
					return
				}
				canceled++
				require.True(t, future.IsCanceled(err), "%v", err)
				require.Equal(t, desks, b.Free("desk"))
			})
			if !stopped {
				require.Greater(t, k, 8, "there are so many records at least")
				break
			}
		}
	}
	require.Greater(t, sent, 0, "some are too late")
	require.Greater(t, canceled, 10)
}

// A crash at any write changes nothing about the end.
func TestCrashAnywhere(t *testing.T) {
	for _, test := range []struct {
		order  shop.Order
		cancel bool
		parcel string
	}{{small, false, "parcel 1"}, {large, false, "parcel 1"}, {dear, false, ""}, {soldUp, false, ""}, {large, true, ""}} {
		for _, moment := range durabletest.Moments {
			for at := 1; ; at++ {
				crashed := false
				synctest.Test(t, func(t *testing.T) {
					memory, b := durable.NewMemory(), slow(newBooks(), fixed(uint64(at)))
					require.NoError(t, durable.Send(t.Context(), memory, "1", "approve", shop.Approval{Yes: true}))
					if test.cancel {
						require.NoError(t, durable.Cancel(t.Context(), memory, "1", "no more"))
					}
					crash := &durabletest.Crash{Store: memory, At: at, Moment: moment}
					_, err := sell(t.Context(), crash, b, test.order)
					if crashed = crash.Crashed(); crashed {
						if err != nil { // else it was at the end
							require.ErrorIs(t, err, durabletest.ErrCrash)
						}
						_, err = sell(t.Context(), memory, b, test.order)
					}
					pass(time.Minute)
					require.Equal(t, test.parcel, b.Account("1").Parcel, "%v", err)
					require.Equal(t, test.parcel != "", err == nil, "%v", err)
					require.NoError(t, balance(b, "1", test.order), "crash %v write %d", moment, at)
				})
				if !crashed {
					break
				}
			}
		}
	}
}
