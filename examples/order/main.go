// Command order sells a few things by durable programs, see package shop. Kill it, and start it again: it goes on.
//
//	go run ./examples/order -dir /tmp/orders
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/examples/order/shop"
)

var orders = map[string]shop.Order{
	"Ada":    {Item: "book", Count: 2, Cents: 4_000},
	"Alan":   {Item: "desk", Count: 9, Cents: 5_000_000}, // more than his card has
	"Edsger": {Item: "book", Count: 1, Cents: 2_000},     // thinks better of it
	"Grace":  {Item: "desk", Count: 1, Cents: 150_000},
}

func main() {
	dir := flag.String("dir", "", "where the orders are kept; without it, nowhere for long")
	pace := flag.Duration("pace", 300*time.Millisecond, "how long a service takes")
	flag.Parse()
	if *dir == "" {
		temporary, err := os.MkdirTemp("", "orders-")
		if err != nil {
			log.Fatal(err)
		}
		defer os.RemoveAll(temporary)
		*dir = temporary
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *dir, *pace); err != nil {
		fmt.Println(err)
	}
}

// run returns when all orders are processed, or ctx is done.
func run(ctx context.Context, dir string, pace time.Duration) error {
	store, err := durable.OpenDir(dir)
	if err != nil {
		return err
	}
	books, err := shop.OpenBooks(filepath.Join(dir, "books"), map[string]int{"book": 100, "desk": 10})
	if err != nil {
		return err
	}
	defer books.Close()
	books.Busy = func(what, order string) error {
		<-time.After(pace)
		fmt.Printf("%-6s  %s\n", order, what)
		return nil
	}
	if err := begin(ctx, store); err != nil {
		return err
	}
	return work(ctx, store, books.Functions())
}

// begin begins the orders that have not begun, and sends what people have to say, as often as it takes.
func begin(ctx context.Context, store durable.Store) error {
	for _, id := range slices.Sorted(maps.Keys(orders)) {
		err := durable.Start(ctx, store, id, "order", durable.Input(orders[id]))
		if errors.Is(err, durable.ErrExists) {
			continue
		}
		if err != nil {
			return err
		}
	}
	yes := shop.Approval{By: "Barbara", Yes: true}
	return errors.Join(
		durable.Send(ctx, store, "Alan", "approve", yes, durable.Once("yes")),
		durable.Send(ctx, store, "Grace", "approve", yes, durable.Once("yes")),
		durable.Cancel(ctx, store, "Edsger", "I have read it", durable.Once("no")),
	)
}

// work processes orders until all have ended, and says how.
func work(ctx context.Context, store durable.Store, services durable.Remoter) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var left sync.WaitGroup
	worker := durable.NewWorker(store, durable.OnEnd(func(id string, ended bool, err error) {
		if !ended {
			fmt.Printf("%-6s  cannot go on: %v\n", id, err)
			return
		}
		left.Done()
	}))
	durable.Register(worker, "order", shop.Sell, shop.Options(services)...)
	for id := range orders {
		if _, ended, _ := durable.Result[string](ctx, store, id); !ended {
			left.Add(1)
		}
	}
	allEnded := errors.New("all have ended")
	go func() {
		left.Wait()
		stop(allEnded)
	}()
	if err := worker.Run(ctx); err != allEnded {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(orders)) {
		parcel, _, err := durable.Result[string](context.WithoutCancel(ctx), store, id, shop.Errors)
		if err != nil {
			parcel = err.Error()
		}
		fmt.Printf("%-6s  %s\n", id, parcel)
	}
	return nil
}
