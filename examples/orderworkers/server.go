package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/ouro-loop/ouro/durable/natsstore/natswork"
	"github.com/ouro-loop/ouro/examples/order/shop"
)

// serve runs NATS, and the services in the same process, until ctx is done. All that they have is in the directory.
func serve(ctx context.Context, dir string, port int) error {
	s, err := startNATS(filepath.Join(dir, "jetstream"), port)
	if err != nil {
		return err
	}
	defer stopNATS(s)
	books, err := shop.OpenBooks(filepath.Join(dir, "books"), map[string]int{"book": 100, "desk": 10})
	if err != nil {
		return err
	}
	defer books.Close()
	books.Busy = func(what, order string) error {
		<-time.After(300 * time.Millisecond)
		fmt.Printf("%-10s %s\n", order, what)
		return nil
	}
	js, err := connect(s.ClientURL())
	if err != nil {
		return err
	}
	defer js.Conn().Close()
	fmt.Println("NATS is at", s.ClientURL())
	return natswork.Serve(ctx, js, books.Functions())
}

// startNATS starts a server that has what it acknowledges on the disk.
func startNATS(dir string, port int) (*server.Server, error) {
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: port, JetStream: true, StoreDir: dir, SyncAlways: true, NoSigs: true, NoLog: true})
	if err != nil {
		return nil, err
	}
	s.Start()
	if !s.ReadyForConnections(30 * time.Second) {
		stopNATS(s)
		return nil, errors.New("NATS is not ready after half a minute; is there one already?")
	}
	return s, nil
}

func stopNATS(s *server.Server) {
	s.Shutdown()
	s.WaitForShutdown()
}
