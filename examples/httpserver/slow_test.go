package httpserver_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/examples/httpserver"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// drip sends a byte a second, until that fails.
func drip(co *coro.Co, c *streams.Conn, text string) error {
	for i := range len(text) {
		if _, err := c.Write([]byte{text[i]}); err != nil {
			return err
		}
		if err := coro.Sleep(co, time.Second); err != nil {
			return err
		}
	}
	return nil
}

// Clients that take their time are given as much as there is, and no more.
func TestSlowClients(t *testing.T) {
	head := "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n"
	for name, test := range map[string]struct {
		sent, drips string
		want        string
		takes       time.Duration
	}{
		"nothing":           {"", "", "", time.Minute},
		"nothing more":      {get("/a"), "", ok("/a"), time.Minute},
		"a head, slowly":    {"", get("/a"), last("408 Request Timeout", "Request Timeout\n"), 10 * time.Second},
		"a body, slowly":    {head, "01234567890123456789", ok("POST 01234567890123456789"), 19*time.Second + time.Minute},
		"a body that stops": {head + "0123", "", last("408 Request Timeout", "Request Timeout\n"), 10 * time.Second},
		"an unread one":     {"POST /a" + head[len("POST /echo"):] + "0123", "", last("200 OK", "/a"), 10 * time.Second},
		"no body after continue": {strings.TrimSuffix(post("/echo", "x", "Expect: 100-continue\r\n"), "x"), "",
			"HTTP/1.1 100 Continue\r\n\r\n" + last("408 Request Timeout", "Request Timeout\n"), 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			testkit.Run(t, func(co *coro.Co) {
				c, task := connect(co, &httpserver.Server{Handler: app})
				_, err := c.Write([]byte(test.sent))
				require.NoError(t, err)
				dripping := coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return drip(co, c, test.drips) }))
				got, err := streams.NewReader(c).ReadAll(co)
				require.NoError(t, err)
				require.Equal(t, anyDate(test.want), anyDate(string(got)))
				require.Equal(t, test.takes, co.Time())
				dripping.Cancel()
				require.NoError(t, c.Close())
				require.NoError(t, coro.Await(co, task))
			}, loop.ReportLeaks(true))
		})
	}
}

// Who reads nothing is not waited for, however much there is to send.
func TestClientThatDoesNotRead(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		body := make([]byte, 1<<20)
		c, task := connect(co, &httpserver.Server{Handler: app})
		defer c.Close()
		_, err := streams.NewWriter(c).WriteString(post("/echo", string(body)))
		require.NoError(t, err)
		require.NoError(t, coro.Await(co, task))
		require.Equal(t, 10*time.Second, co.Time())
	}, loop.ReportLeaks(true))
}

// A slow reader is served, as long as it reads something.
func TestClientThatReadsSlowly(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		body := make([]byte, 1<<20)
		c, task := connect(co, &httpserver.Server{Handler: app})
		w := streams.NewWriter(c)
		_, err := w.WriteString(post("/echo", string(body), "Connection: close\r\n"))
		require.NoError(t, err)
		got, p := 0, make([]byte, 32<<10)
		for {
			n, err := c.Read(p)
			got += n
			if err != nil {
				break
			}
			require.NoError(t, coro.Sleep(co, 4*time.Second))
		}
		require.Greater(t, got, len(body))
		require.NoError(t, c.Close())
		require.NoError(t, coro.Await(co, task))
	}, loop.ReportLeaks(true))
}
