package demos

import (
	"fmt"
	"io"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
	"github.com/ouro-loop/ouro/streams/simnet"
)

// A server sends back what its client sends. Both are tasks of one loop; in
// virtual time the network between them is simulated.
func echo(opts ...loop.Option) error {
	handle := func(co *coro.Co, conn *streams.Conn) error {
		reader, writer := streams.NewReader(conn), streams.NewWriter(conn)
		data, err := reader.ReadSome(co, 100)
		if err != nil {
			return err
		}
		fmt.Println("Server received:", string(data))
		if _, err := writer.Write(data); err != nil {
			return err
		}
		if err := writer.Drain(co); err != nil {
			return err
		}
		fmt.Println("Server closes the connection")
		return nil
	}

	client := func(co *coro.Co, message, addr string) error {
		conn, err := streams.Dial(co, "tcp", addr)
		if err != nil {
			return err
		}
		defer conn.Close()
		fmt.Println("Client sends:", message)
		if _, err := io.WriteString(conn, message); err != nil {
			return err
		}
		data, err := streams.NewReader(conn).ReadAll(co)
		if err != nil {
			return err
		}
		fmt.Println("Client received:", string(data))
		return nil
	}

	main := func(co *coro.Co) error {
		listener, err := streams.Listen(co, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		server := streams.Serve(co, listener, handle)
		if err := client(co, "Hello World!", listener.Addr().String()); err != nil {
			return err
		}
		server.Close()
		return server.WaitClosed(co)
	}

	return loop.Main(func(co *coro.Co) error {
		return simnet.IfVirtual(co, main)
	}, opts...)
}
