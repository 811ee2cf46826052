package interop

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// echoes is a handler for an http.Server, which is called on its goroutines.
func echoes(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Proto", r.Proto)
	_, _ = io.Copy(w, r.Body)
}

// serving runs test beside an http.Server on a Listener of the loop, of which nothing may be left.
func serving(t *testing.T, server *http.Server, test func(co *coro.Co, addr string)) {
	t.Helper()
	run(t, func(co *coro.Co) {
		ln, err := streams.Listen(co, "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		serves := coro.CreateTask(co, loop.GoDo(func(context.Context) error {
			if server.TLSConfig != nil {
				return server.ServeTLS(ln.NetListener(), "", "")
			}
			return server.Serve(ln.NetListener())
		}))
		test(co, ln.Addr().String())
		_, err = loop.GoDo(server.Shutdown)(co)
		require.NoError(t, err)
		require.ErrorIs(t, coro.Await(co, serves), http.ErrServerClosed)
	})
}

// post has client post a text, from a goroutine, and returns the answer.
func post(t *testing.T, co *coro.Co, client *http.Client, url, text string) (proto, body string) {
	t.Helper()
	_, err := loop.GoDo(func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, "POST", url, strings.NewReader(text))
		if err != nil {
			return err
		}
		answer, err := client.Do(req)
		if err != nil {
			return err
		}
		all, err := io.ReadAll(answer.Body)
		proto, body = answer.Header.Get("X-Proto"), string(all)
		return errors.Join(err, answer.Body.Close())
	})(co)
	require.NoError(t, err)
	return proto, body
}

// Its goroutines dial, read and write; they may be answered by coroutines of the same loop.
func TestHTTPClient(t *testing.T) {
	served(t, serveHTTP, func(co *coro.Co, addr string) {
		transport := &http.Transport{DialContext: streams.NewDialer(co).DialContext}
		client := &http.Client{Transport: transport}
		large := strings.Repeat("0123456789", 300_000)
		goesOn(t, co, func() {
			err := coro.Group(co, func(g *coro.TaskGroup) error {
				for i := range 20 {
					coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
						text := large[:i*i*i*len(large)/8000]
						_, got := post(t, co, client, "http://"+addr+"/path", text)
						require.True(t, text == got)
						return nil
					}))
				}
				return nil
			})
			require.NoError(t, err)
		})
		transport.CloseIdleConnections()
	})
}

func TestHTTPClientCanceled(t *testing.T) {
	served(t, readsOnly, func(co *coro.Co, addr string) {
		transport := &http.Transport{DialContext: streams.NewDialer(co).DialContext}
		require.True(t, timesOut(co, func() error {
			_, err := loop.GoDo(func(ctx context.Context) error {
				req, err := http.NewRequestWithContext(ctx, "GET", "http://"+addr, nil)
				if err != nil {
					return err
				}
				_, err = (&http.Client{Transport: transport}).Do(req)
				return err
			})(co)
			return err
		}))
	})
}

// An http.Server has a goroutine for each connection of our Listener.
func TestHTTPServer(t *testing.T) {
	for name, secure := range map[string]bool{"plain": false, "TLS, HTTP/2": true} {
		t.Run(name, func(t *testing.T) {
			server, transport := &http.Server{Handler: http.HandlerFunc(echoes)}, &http.Transport{}
			scheme, proto := "http", "HTTP/1.1"
			if secure {
				scheme, proto = "https", "HTTP/2.0"
				server.TLSConfig, transport.TLSClientConfig = certified(t)
				transport.ForceAttemptHTTP2 = true
			}
			serving(t, server, func(co *coro.Co, addr string) {
				transport.DialContext = streams.NewDialer(co).DialContext
				large := strings.Repeat("0123456789", 300_000)
				goesOn(t, co, func() {
					gotProto, got := post(t, co, &http.Client{Transport: transport}, scheme+"://"+addr, large)
					require.Equal(t, proto, gotProto)
					require.True(t, large == got)
				})
				transport.CloseIdleConnections()
			})
		})
	}
}

// The Framer of x/net/http2 reads and writes in the coroutine: a client of an http.Server.
func TestFramer(t *testing.T) {
	server := &http.Server{Handler: http.HandlerFunc(echoes), Protocols: new(http.Protocols)}
	server.Protocols.SetUnencryptedHTTP2(true)
	serving(t, server, func(co *coro.Co, addr string) {
		c := dial(t, co, "tcp", addr)
		defer c.Close()
		_, err := io.WriteString(c, http2.ClientPreface)
		require.NoError(t, err)
		framer := http2.NewFramer(c, c)
		framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
		require.NoError(t, framer.WriteSettings())
		goesOn(t, co, func() {
			for id := uint32(1); id < 20; id += 2 {
				text := fmt.Sprint("hello ", id)
				head, got := request(t, framer, id, addr, text)
				require.Equal(t, "200", head.PseudoValue("status"))
				require.Equal(t, text, got)
			}
		})
	})
}

// request posts a text in one stream of HTTP/2, and reads the answer.
func request(t *testing.T, framer *http2.Framer, id uint32, host, text string) (head *http2.MetaHeadersFrame, body string) {
	t.Helper()
	var fields bytes.Buffer
	encoder := hpack.NewEncoder(&fields)
	for _, f := range [][2]string{{":method", "POST"}, {":scheme", "http"}, {":path", "/"}, {":authority", host}} {
		require.NoError(t, encoder.WriteField(hpack.HeaderField{Name: f[0], Value: f[1]}))
	}
	require.NoError(t, framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: fields.Bytes(), EndHeaders: true}))
	require.NoError(t, framer.WriteData(id, true, []byte(text)))
	for {
		frame, err := framer.ReadFrame()
		require.NoError(t, err)
		switch f := frame.(type) {
		case *http2.SettingsFrame:
			if !f.IsAck() {
				require.NoError(t, framer.WriteSettingsAck())
			}
		case *http2.MetaHeadersFrame:
			head = f
		case *http2.DataFrame:
			body += string(f.Data())
		}
		if frame.Header().Flags.Has(http2.FlagDataEndStream) && frame.Header().StreamID == id {
			return head, body
		}
	}
}

// serveFrames is a server of HTTP/2, of one request at a time, on the Framer.
func serveFrames(_ *coro.Co, c *streams.Conn) error {
	if _, err := io.ReadFull(c, make([]byte, len(http2.ClientPreface))); err != nil {
		return err
	}
	framer := http2.NewFramer(c, c)
	framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	if err := framer.WriteSettings(); err != nil {
		return err
	}
	var fields bytes.Buffer
	encoder := hpack.NewEncoder(&fields)
	for {
		frame, err := framer.ReadFrame()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch f := frame.(type) {
		case *http2.SettingsFrame:
			if !f.IsAck() {
				err = framer.WriteSettingsAck()
			}
		case *http2.MetaHeadersFrame:
			fields.Reset()
			_ = encoder.WriteField(hpack.HeaderField{Name: ":status", Value: "200"})
			err = errors.Join(
				framer.WriteHeaders(http2.HeadersFrameParam{StreamID: f.StreamID, BlockFragment: fields.Bytes(), EndHeaders: true}),
				framer.WriteData(f.StreamID, true, []byte("hello "+f.PseudoValue("path"))))
		}
		if err != nil {
			return err
		}
	}
}

func TestCurlOverFrames(t *testing.T) {
	curl := program(t, "curl")
	served(t, serveFrames, func(co *coro.Co, addr string) {
		out := output(t, co, exec.Command(curl, "--version"))
		if !strings.Contains(out, "HTTP2") {
			t.Skip("this curl has no HTTP/2")
		}
		out = output(t, co, exec.Command(curl, "--silent", "--show-error", "--noproxy", "*", "--http2-prior-knowledge", "http://"+addr+"/there"))
		require.Equal(t, "hello /there", out)
	})
}
