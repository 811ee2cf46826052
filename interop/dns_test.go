package interop

import (
	"context"
	"io"
	"net"
	"testing"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// resolve answers questions for addresses; to those for texts the answer does not fit into a datagram.
func resolve(question *dns.Msg) *dns.Msg {
	answer := new(dns.Msg)
	answer.SetReply(question)
	head := dns.RR_Header{Name: question.Question[0].Name, Rrtype: question.Question[0].Qtype, Class: dns.ClassINET, Ttl: 1}
	switch head.Rrtype {
	case dns.TypeA:
		answer.Answer = []dns.RR{&dns.A{Hdr: head, A: net.IPv4(192, 0, 2, 1)}}
	case dns.TypeTXT:
		for range 1000 {
			answer.Answer = append(answer.Answer, &dns.TXT{Hdr: head, Txt: []string{"a text"}})
		}
	}
	return answer
}

func resolveFor(w dns.ResponseWriter, question *dns.Msg) { _ = w.WriteMsg(resolve(question)) }

// serveDatagrams answers in the coroutine that reads.
func serveDatagrams(c *streams.PacketConn) error {
	p := make([]byte, 4096)
	for {
		n, from, err := c.ReadFrom(p)
		if err != nil {
			return err
		}
		var question dns.Msg
		if err := question.Unpack(p[:n]); err != nil {
			return err
		}
		packed, err := resolve(&question).Pack()
		if err != nil {
			return err
		}
		if _, err := c.WriteTo(packed, from); err != nil {
			return err
		}
	}
}

// serveStream is that over a stream.
func serveStream(_ *coro.Co, c *streams.Conn) error {
	conn := dns.Conn{Conn: c}
	for {
		question, err := conn.ReadMsg()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := conn.WriteMsg(resolve(question)); err != nil {
			return err
		}
	}
}

// ask asks many times, and for something large over a stream.
func ask(t *testing.T, co *coro.Co, conn net.Conn) {
	t.Helper()
	defer conn.Close()
	goesOn(t, co, func() {
		for range 100 {
			require.Len(t, exchange(t, conn, dns.TypeA).Answer, 1)
		}
		if _, ok := conn.(*streams.Conn); ok {
			require.Len(t, exchange(t, conn, dns.TypeTXT).Answer, 1000)
		}
	})
}

func exchange(t *testing.T, conn net.Conn, kind uint16) *dns.Msg {
	t.Helper()
	question := new(dns.Msg)
	question.SetQuestion("example.org.", kind)
	answer, _, err := new(dns.Client).ExchangeWithConn(question, &dns.Conn{Conn: conn})
	require.NoError(t, err)
	return answer
}

func TestDNSInCoroutines(t *testing.T) {
	t.Run("datagrams", func(t *testing.T) {
		run(t, func(co *coro.Co) {
			server := listenPacket(t, co)
			serves := coro.CreateTask(co, coro.Do(func(*coro.Co) error { return serveDatagrams(server) }))
			ask(t, co, dialPacket(t, co, server))
			require.NoError(t, server.Close())
			require.ErrorIs(t, coro.Await(co, serves), net.ErrClosed)
		})
	})
	t.Run("stream", func(t *testing.T) {
		served(t, serveStream, func(co *coro.Co, addr string) { ask(t, co, dial(t, co, "tcp", addr)) })
	})
}

// The library's own server answers in goroutines. It reads datagrams in a coroutine, and ends with that;
// of connections it waits until they are closed, which is for loop.Go.
func TestDNSServer(t *testing.T) {
	t.Run("datagrams", func(t *testing.T) {
		run(t, func(co *coro.Co) {
			conn := listenPacket(t, co)
			server := &dns.Server{PacketConn: conn, Handler: dns.HandlerFunc(resolveFor)}
			serves := coro.CreateTask(co, coro.Do(func(*coro.Co) error { return server.ActivateAndServe() }))
			ask(t, co, dialPacket(t, co, conn))
			serves.Cancel()
			require.True(t, future.IsCanceled(coro.Await(co, serves)))
			_ = conn.Close()
		})
	})
	t.Run("stream", func(t *testing.T) {
		run(t, func(co *coro.Co) {
			ln, err := streams.Listen(co, "tcp", "127.0.0.1:0")
			require.NoError(t, err)
			server := &dns.Server{Listener: ln.NetListener(), Handler: dns.HandlerFunc(resolveFor)}
			serves := coro.CreateTask(co, loop.GoDo(func(context.Context) error { return server.ActivateAndServe() }))
			ask(t, co, dial(t, co, "tcp", ln.Addr().String()))
			_, err = loop.GoDo(server.ShutdownContext)(co)
			require.NoError(t, err)
			require.NoError(t, coro.Await(co, serves))
		})
	})
}

func listenPacket(t *testing.T, co *coro.Co) *streams.PacketConn {
	t.Helper()
	c, err := streams.ListenPacket(co, "udp", "127.0.0.1:0")
	require.NoError(t, err)
	return c
}

func dialPacket(t *testing.T, co *coro.Co, to *streams.PacketConn) *streams.PacketConn {
	t.Helper()
	c, err := streams.DialPacket(co, "udp", to.LocalAddr().String())
	require.NoError(t, err)
	return c
}
