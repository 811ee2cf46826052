package streams_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"testing"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// benchmarkOver measures a Write of n bytes and the Read of them, where neither has to wait.
func benchmarkOver(b *testing.B, n int, over func(co *coro.Co) (w io.Writer, r io.Reader, err error)) {
	err := loop.Main(func(co *coro.Co) error {
		w, r, err := over(co)
		if err != nil {
			return err
		}
		p, q := make([]byte, n), make([]byte, n)
		b.SetBytes(int64(n))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := w.Write(p); err != nil {
				return err
			}
			if _, err := io.ReadFull(r, q); err != nil {
				return err
			}
		}
		return nil
	}, loop.VirtualTime(true))
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkPipe is what a Conn is on top of its transport.
func BenchmarkPipe(b *testing.B) {
	benchmarkOver(b, 1024, func(co *coro.Co) (io.Writer, io.Reader, error) {
		one, other := streams.Pipe(co)
		return one, other, nil
	})
}

// BenchmarkTLS is what TLS is on top of a Pipe. Its rival is package crypto/tls on the Conns, which does not let
// two tasks write.
func BenchmarkTLS(b *testing.B) {
	for _, n := range []int{1 << 10, 16 << 10} {
		b.Run(fmt.Sprintf("n=%d/streams", n), func(b *testing.B) {
			benchmarkOver(b, n, func(co *coro.Co) (io.Writer, io.Reader, error) {
				one, other := streams.Pipe(co)
				serving := coro.CreateTask(co, func(co *coro.Co) (*streams.Conn, error) {
					return startTLS(co, other, serverConfig(), streams.ServerSide())
				})
				client, err := startTLS(co, one, clientConfig())
				if err != nil {
					return nil, nil, err
				}
				server, err := serving.Await(co)
				return client, server, err
			})
		})
		b.Run(fmt.Sprintf("n=%d/crypto", n), func(b *testing.B) {
			benchmarkOver(b, n, func(co *coro.Co) (io.Writer, io.Reader, error) {
				one, other := streams.Pipe(co)
				client, server := tls.Client(one, clientConfig()), tls.Server(other, serverConfig())
				serving := coro.CreateTask(co, coro.Do(func(*coro.Co) error { return server.Handshake() }))
				if err := client.Handshake(); err != nil {
					return nil, nil, err
				}
				return client, server, coro.Await(co, serving)
			})
		})
	}
}
