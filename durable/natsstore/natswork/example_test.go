package natswork_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/natsstore/natswork"
)

func Example() {
	js, stop := exampleServer()
	defer stop()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()

	// Any number of processes execute functions.
	functions := durable.NewFunctions()
	durable.Handle(functions, "greet", func(_ context.Context, name string) (string, error) { return "hello " + name, nil })
	served := make(chan error)
	go func() { served <- natswork.Serve(ctx, js, functions, natswork.Concurrency(8)) }()

	// Programs ask for them by their names.
	work, err := natswork.New(ctx, js)
	if err != nil {
		fmt.Println(err)
		return
	}
	greet := durable.Remote[string, string]("greet", durable.Attempts(3))
	fmt.Println(durable.Run(ctx, durable.NewMemory(), "greeting 1", greet("Ada"), durable.RemoteBy(work)))
	cancel()
	fmt.Println(<-served)
	// Output:
	// hello Ada <nil>
	// context canceled
}

// exampleServer is a NATS server in this process.
func exampleServer() (js jetstream.JetStream, stop func()) {
	dir, err := os.MkdirTemp("", "natswork-example-")
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
	conn, err := nats.Connect(s.ClientURL())
	if err != nil {
		panic(err)
	}
	if js, err = jetstream.New(conn); err != nil {
		panic(err)
	}
	return js, func() {
		conn.Close()
		s.Shutdown()
		s.WaitForShutdown()
		_ = os.RemoveAll(dir)
	}
}
