// Command orderworkers processes the orders of package shop by any number of workers, which share a store in NATS
// JetStream. Kill one: another goes on with its orders.
//
//	go run . server /tmp/shop                 NATS, and the services: stock, bank and carrier
//	go run . work                             a worker; in as many terminals as you like
//	go run . place Ada book 2 4000            an order of two books for 40.00
//	go run . place Grace desk 1 150000        a large one: somebody has to approve of it
//	go run . approve Grace
//	go run . cancel Grace
//	go run . list
//
// All but the server take -url for another one.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/natsstore"
	"github.com/ouro-loop/ouro/durable/natsstore/natswork"
	"github.com/ouro-loop/ouro/examples/order/shop"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var errUsage = errors.New("usage: orderworkers [-url URL] server DIRECTORY | work | place ID ITEM COUNT CENTS | approve ID | cancel ID | list")

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("orderworkers", flag.ContinueOnError)
	url := flags.String("url", nats.DefaultURL, "where the server is")
	lease := flags.Duration("lease", 5*time.Second, "after how long without a sign of life a worker is thought dead")
	if err := flags.Parse(args); err != nil {
		return err
	}
	args = flags.Args()
	if len(args) == 2 && args[0] == "server" {
		return serve(ctx, args[1], nats.DefaultPort)
	}
	js, err := connect(*url)
	if err != nil {
		return err
	}
	defer js.Conn().Close()
	store, err := natsstore.Open(ctx, js, natsstore.Lease(*lease))
	if err != nil {
		return err
	}
	defer store.Close()
	switch {
	case len(args) == 1 && args[0] == "work":
		return work(ctx, js, store, out)
	case len(args) == 5 && args[0] == "place":
		return place(ctx, store, args[1], args[2], args[3], args[4])
	case len(args) == 2 && args[0] == "approve":
		return durable.Send(ctx, store, args[1], "approve", shop.Approval{By: os.Getenv("USER"), Yes: true})
	case len(args) == 2 && args[0] == "cancel":
		return durable.Cancel(ctx, store, args[1], "the customer thinks better of it")
	case len(args) == 1 && args[0] == "list":
		return list(ctx, store, out)
	}
	return errUsage
}

func connect(url string) (jetstream.JetStream, error) {
	conn, err := nats.Connect(url, nats.MaxReconnects(-1))
	if err != nil {
		return nil, err
	}
	return jetstream.New(conn)
}

// work processes orders until ctx is done. Their activities are executed by who serves them.
func work(ctx context.Context, js jetstream.JetStream, store durable.Store, out io.Writer) error {
	services, err := natswork.New(ctx, js)
	if err != nil {
		return err
	}
	worker := durable.NewWorker(store, durable.OnEnd(func(id string, ended bool, err error) {
		switch {
		case !ended:
			fmt.Fprintf(out, "%s cannot go on: %v\n", id, err)
		case err != nil:
			fmt.Fprintf(out, "%s: %v\n", id, err)
		default:
			fmt.Fprintf(out, "%s is sent\n", id)
		}
	}))
	durable.Register(worker, "order", shop.Sell, shop.Options(services)...)
	return worker.Run(ctx)
}

func place(ctx context.Context, store durable.Store, id, item, count, cents string) error {
	n, err := strconv.Atoi(count)
	if err != nil {
		return fmt.Errorf("the count %q is no number", count)
	}
	price, err := strconv.Atoi(cents)
	if err != nil {
		return fmt.Errorf("the price %q is no number of cents", cents)
	}
	return durable.Start(ctx, store, id, "order", durable.Input(shop.Order{Item: item, Count: n, Cents: price}))
}

// list says how each order is: its end, or what its program says if it is asked.
func list(ctx context.Context, store durable.Store, out io.Writer) error {
	ids, err := store.List(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		parcel, ended, err := durable.Result[string](ctx, store, id, shop.Errors)
		switch {
		case !ended && err != nil:
			return err
		case !ended:
			if parcel, err = durable.Query[string](ctx, store, id, "status", shop.Sell, shop.Errors); err != nil {
				return err
			}
		case err != nil:
			parcel = err.Error()
		}
		fmt.Fprintf(out, "%-10s %s\n", id, parcel)
	}
	return nil
}
