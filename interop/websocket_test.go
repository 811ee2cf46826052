package interop

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	coder "github.com/coder/websocket"
	gorilla "github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// A hijack is a http.ResponseWriter that hands its connection over, which is all that a websocket asks of
// one.
type hijack struct {
	conn net.Conn
	head http.Header
}

func (h *hijack) Header() http.Header         { return h.head }
func (h *hijack) Write(p []byte) (int, error) { return h.conn.Write(p) }

func (h *hijack) WriteHeader(status int) {
	var text bytes.Buffer
	fmt.Fprintf(&text, "HTTP/1.1 %d %s\r\n", status, http.StatusText(status))
	_ = h.head.Write(&text)
	_, _ = text.WriteTo(h.conn)
	_, _ = h.conn.Write([]byte("\r\n"))
}

func (h *hijack) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h.conn, bufio.NewReadWriter(bufio.NewReader(h.conn), bufio.NewWriter(h.conn)), nil
}

// upgrades is a handler for connections that begin with a request.
func upgrades(handler func(co *coro.Co, w http.ResponseWriter, r *http.Request) error) func(co *coro.Co, c *streams.Conn) error {
	return func(co *coro.Co, c *streams.Conn) error {
		req, err := http.ReadRequest(bufio.NewReader(c))
		if err != nil {
			return err
		}
		return handler(co, &hijack{c, http.Header{}}, req)
	}
}

func serveGorilla(_ *coro.Co, w http.ResponseWriter, r *http.Request) error {
	upgrader := gorilla.Upgrader{EnableCompression: true}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return err
	}
	defer ws.Close()
	for {
		kind, text, err := ws.ReadMessage()
		if gorilla.IsCloseError(err, gorilla.CloseNormalClosure, gorilla.CloseAbnormalClosure) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := ws.WriteMessage(kind, text); err != nil {
			return err
		}
	}
}

func serveCoder(co *coro.Co, w http.ResponseWriter, r *http.Request) error {
	ws, err := coder.Accept(w, r, nil)
	if err != nil {
		return err
	}
	defer ws.CloseNow()
	ws.SetReadLimit(-1)
	for {
		kind, text, err := ws.Read(co.Context())
		if coder.CloseStatus(err) == coder.StatusNormalClosure {
			return nil
		}
		if err != nil {
			return err
		}
		if err := ws.Write(co.Context(), kind, text); err != nil {
			return err
		}
	}
}

// messages are those that are echoed.
var messages = []string{"", "hello", strings.Repeat("0123456789", 7000), strings.Repeat("0123456789", 400_000)}

func dialGorilla(t *testing.T, co *coro.Co, addr string) *gorilla.Conn {
	t.Helper()
	dialer := gorilla.Dialer{NetDialContext: streams.NewDialer(co).DialContext, EnableCompression: true}
	ws, _, err := dialer.DialContext(co.Context(), "ws://"+addr, nil)
	require.NoError(t, err)
	return ws
}

func TestGorilla(t *testing.T) {
	for name, server := range map[string]func(*coro.Co, http.ResponseWriter, *http.Request) error{"gorilla": serveGorilla, "coder": serveCoder} {
		t.Run("server "+name, func(t *testing.T) {
			served(t, upgrades(server), func(co *coro.Co, addr string) {
				goesOn(t, co, func() {
					err := coro.Group(co, func(g *coro.TaskGroup) error {
						for range 5 {
							coro.CreateTask(g, coro.Do(func(co *coro.Co) error { return echoGorilla(t, co, addr) }))
						}
						return nil
					})
					require.NoError(t, err)
				})
			})
		})
	}

	t.Run("canceled", func(t *testing.T) {
		served(t, upgrades(serveGorilla), func(co *coro.Co, addr string) {
			ws := dialGorilla(t, co, addr)
			require.True(t, timesOut(co, func() error {
				_, _, err := ws.ReadMessage()
				return err
			}))
			require.NoError(t, ws.Close())
		})
	})
}

func echoGorilla(t *testing.T, co *coro.Co, addr string) error {
	ws := dialGorilla(t, co, addr)
	defer ws.Close()
	pongs := 0
	ws.SetPongHandler(func(string) error { pongs++; return nil })
	for _, text := range messages {
		if err := ws.WriteMessage(gorilla.PingMessage, nil); err != nil {
			return err
		}
		if err := ws.WriteMessage(gorilla.BinaryMessage, []byte(text)); err != nil {
			return err
		}
		_, got, err := ws.ReadMessage()
		if err != nil {
			return err
		}
		require.True(t, text == string(got))
	}
	require.Equal(t, len(messages), pongs)
	if err := ws.WriteMessage(gorilla.CloseMessage, gorilla.FormatCloseMessage(gorilla.CloseNormalClosure, "")); err != nil {
		return err
	}
	_, _, err := ws.ReadMessage()
	require.True(t, gorilla.IsCloseError(err, gorilla.CloseNormalClosure), "%v", err)
	return nil
}

// coder/websocket dials by an http.Client, which is for loop.Go; what it returns is for a coroutine.
func TestCoder(t *testing.T) {
	served(t, upgrades(serveCoder), func(co *coro.Co, addr string) {
		transport := &http.Transport{DialContext: streams.NewDialer(co).DialContext}
		dial := func() *coder.Conn {
			ws, err := loop.Go(func(ctx context.Context) (*coder.Conn, error) {
				ws, _, err := coder.Dial(ctx, "ws://"+addr, &coder.DialOptions{HTTPClient: &http.Client{Transport: transport}})
				return ws, err
			})(co)
			require.NoError(t, err)
			ws.SetReadLimit(-1)
			return ws
		}
		ws := dial()
		for _, text := range messages {
			goesOn(t, co, func() {
				require.NoError(t, ws.Write(co.Context(), coder.MessageBinary, []byte(text)))
				_, got, err := ws.Read(co.Context())
				require.NoError(t, err)
				require.True(t, text == string(got))
			})
		}
		require.NoError(t, ws.Close(coder.StatusNormalClosure, ""))

		for name, ctx := range contexts(co) {
			ws := dial()
			require.True(t, timesOut(co, func() error {
				_, _, err := ws.Read(ctx)
				return err
			}), name)
			_ = ws.CloseNow()
		}
	})
}
