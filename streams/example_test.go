package streams_test

import (
	"bytes"
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// A server that sends lines back in capitals, and a client.
func Example() {
	serve := func(co *coro.Co, conn *streams.Conn) error {
		r, w := streams.NewReader(conn), streams.NewWriter(conn)
		for {
			line, err := r.ReadLine(co)
			if err != nil || len(line) == 0 {
				return err
			}
			if _, err := w.Write(bytes.ToUpper(line)); err != nil {
				return err
			}
			if err := w.Drain(co); err != nil {
				return err
			}
		}
	}
	err := loop.Main(func(co *coro.Co) error {
		ln, err := streams.Listen(co, "tcp", "localhost:0")
		if err != nil {
			return err
		}
		server := streams.Serve(co, ln, serve)

		conn, err := streams.Dial(co, "tcp", ln.Addr().String())
		if err != nil {
			return err
		}
		if _, err := conn.Write([]byte("hello\nworld\n")); err != nil {
			return err
		}
		if err := conn.CloseWrite(); err != nil {
			return err
		}
		answer, err := streams.NewReader(conn).ReadAll(co)
		if err != nil {
			return err
		}
		fmt.Print(string(answer))
		if err := conn.Close(); err != nil {
			return err
		}
		server.Close()
		return server.WaitClosed(co)
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// HELLO
	// WORLD
}
