package natsstore_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/natsstore"
)

func Example() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	url, stop := exampleServer()
	defer stop()

	conn, err := nats.Connect(url)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		fmt.Println(err)
		return
	}
	store, err := natsstore.Open(ctx, js, natsstore.Prefix("orders"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()

	worker := durable.NewWorker(store, durable.OnEnd(func(string, bool, error) { cancel() }))
	durable.Register(worker, "sell", func(co *coro.Co) (string, error) {
		by, err := durable.Receive[string](co, "approve")
		return "approved by " + by, err
	})
	if err := durable.Start(ctx, store, "order 17", "sell"); err != nil { // on any machine
		fmt.Println(err)
	}
	if err := durable.Send(ctx, store, "order 17", "approve", "Ada"); err != nil {
		fmt.Println(err)
	}
	fmt.Println(worker.Run(ctx))
	fmt.Println(durable.Result[string](context.Background(), store, "order 17"))
	// Output:
	// context canceled
	// approved by Ada true <nil>
}

// exampleServer is a server in this process.
func exampleServer() (url string, stop func()) {
	dir, err := os.MkdirTemp("", "natsstore-example-")
	if err != nil {
		panic(err)
	}
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: dir, NoSigs: true, NoLog: true})
	if err != nil {
		panic(err)
	}
	s.Start()
	if !s.ReadyForConnections(30 * time.Second) {
		panic("the server does not start")
	}
	return s.ClientURL(), func() {
		s.Shutdown()
		s.WaitForShutdown()
		_ = os.RemoveAll(dir)
	}
}
