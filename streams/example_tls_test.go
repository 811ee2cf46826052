package streams_test

import (
	"bytes"
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// A client and a server that go over to TLS in the middle of a conversation, as those for mail do.
func ExampleStartTLS() {
	serve := func(co *coro.Co, conn *streams.Conn) error {
		r, w := streams.NewReader(conn), streams.NewWriter(conn)
		if _, err := r.ReadLine(co); err != nil {
			return err
		}
		if _, err := w.WriteString("220 ready\n"); err != nil {
			return err
		}
		if _, err := streams.StartTLS(co, r, w, serverConfig(), streams.ServerSide()); err != nil {
			return err
		}
		line, err := r.ReadLine(co)
		if err != nil {
			return err
		}
		if _, err := w.Write(bytes.ToUpper(line)); err != nil {
			return err
		}
		return w.Close()
	}
	err := loop.Main(func(co *coro.Co) error {
		a, b := streams.Pipe(co)
		coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return serve(co, b) }))

		r, w := streams.NewReader(a), streams.NewWriter(a)
		if _, err := w.WriteString("STARTTLS\n"); err != nil {
			return err
		}
		ready, err := r.ReadLine(co)
		if err != nil {
			return err
		}
		fmt.Print(string(ready))
		conn, err := streams.StartTLS(co, r, w, clientConfig())
		if err != nil {
			return err
		}
		fmt.Println("with", conn.TLS().PeerCertificates[0].Subject)
		if _, err := w.WriteString("hello\n"); err != nil {
			return err
		}
		answer, err := r.ReadAll(co)
		if err != nil {
			return err
		}
		fmt.Print(string(answer))
		return conn.Close()
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// 220 ready
	// with CN=host.test
	// HELLO
}
