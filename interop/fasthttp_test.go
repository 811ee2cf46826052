package interop

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/streams"
)

// fasthttp serves a connection, and asks, in the goroutine that calls.
func serveFast() func(co *coro.Co, c *streams.Conn) error {
	server := &fasthttp.Server{
		Handler:            func(ctx *fasthttp.RequestCtx) { ctx.SetBody(ctx.PostBody()) },
		MaxRequestBodySize: 16 << 20,
		NoDefaultDate:      true, // for which it would keep a goroutine
	}
	return func(_ *coro.Co, c *streams.Conn) error { return server.ServeConn(c) }
}

func fastClient(co *coro.Co, addr string) *fasthttp.HostClient {
	dialer := streams.NewDialer(co)
	return &fasthttp.HostClient{
		Addr: addr, Dial: func(addr string) (net.Conn, error) { return dialer.Dial("tcp", addr) },
		MaxIdleConnDuration:       10 * time.Millisecond, // after which its goroutine ends
		MaxIdemponentCallAttempts: 1,                     // it would try again after a cancellation
	}
}

func fastPost(client *fasthttp.HostClient, addr, text string) (string, error) {
	req, answer := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(req)
	defer fasthttp.ReleaseResponse(answer)
	req.Header.SetMethod("POST")
	req.SetRequestURI("http://" + addr + "/path")
	req.SetBodyString(text)
	err := client.Do(req, answer)
	return string(answer.Body()), err
}

func TestFastHTTP(t *testing.T) {
	served(t, serveFast(), func(co *coro.Co, addr string) {
		client := fastClient(co, addr)
		large := strings.Repeat("0123456789", 500_000)
		goesOn(t, co, func() {
			err := coro.Group(co, func(g *coro.TaskGroup) error {
				for i := range 20 {
					coro.CreateTask(g, coro.Do(func(*coro.Co) error {
						text := large[:i*i*i*len(large)/8000]
						got, err := fastPost(client, addr, text)
						require.True(t, text == got)
						return err
					}))
				}
				return nil
			})
			require.NoError(t, err)
		})
		client.CloseIdleConnections()
	})
}

// It takes every error of the first read for the end of the connection.
func TestFastHTTPCanceled(t *testing.T) {
	served(t, readsOnly, func(co *coro.Co, addr string) {
		client := fastClient(co, addr)
		requireLost(t, co, fasthttp.ErrConnectionClosed, func() error {
			_, err := fastPost(client, addr, "hello")
			return err
		})
	})
}
