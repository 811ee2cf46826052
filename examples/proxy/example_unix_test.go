//go:build unix

package proxy_test

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/examples/proxy"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// A server that shouts, a Proxy in front of it, and a client. A program that is nothing but a Proxy has
// ServeForever in the place of the client.
func Example() {
	shout := func(co *coro.Co, c *streams.Conn) error {
		text, err := streams.NewReader(c).ReadAll(co)
		if err != nil {
			return err
		}
		_, err = io.WriteString(c, strings.ToUpper(string(text)))
		return err
	}
	err := loop.Main(func(co *coro.Co) error {
		behind, err := streams.Listen(co, "tcp", "localhost:0")
		if err != nil {
			return err
		}
		server := streams.Serve(co, behind, shout)
		ln, err := streams.Listen(co, "tcp", "localhost:0")
		if err != nil {
			return err
		}
		p := &proxy.Proxy{Dial: proxy.To("tcp", server.Addr().String()), Idle: time.Minute}
		front := streams.Serve(co, ln, p.Serve, streams.MaxConns(1000))

		c, err := streams.Dial(co, "tcp", front.Addr().String())
		if err != nil {
			return err
		}
		defer c.Close()
		if _, err := io.WriteString(c, "is anybody there?"); err != nil {
			return err
		}
		if err := c.CloseWrite(); err != nil {
			return err
		}
		answer, err := streams.NewReader(c).ReadAll(co)
		if err != nil {
			return err
		}
		fmt.Println(string(answer))
		if err := front.Shutdown(co, time.Second); err != nil {
			return err
		}
		return server.Shutdown(co, time.Second)
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// IS ANYBODY THERE?
}
