package httpserver_test

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/examples/httpserver"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// Whatever is sent, what comes back are responses, and the connection ends.
func FuzzRequests(f *testing.F) {
	for _, seed := range []string{
		get("/a") + get("/echo"), post("/echo", "hello"), "GET /a HTTP/1.0\r\n\r\n", "\r\n", "GET",
		get("/echo", "Transfer-Encoding: chunked\r\n") + "3;a=b\r\nabc\r\n0\r\nT: x\r\n\r\n" + get("/stream"),
		post("/a", "hello", "Expect: 100-continue\r\n"),
	} {
		f.Add(seed)
	}
	handler := func(co *coro.Co, req *http.Request) (*http.Response, error) {
		if req.URL.Path == "/echo" || req.URL.Path == "/stream" {
			return app(co, req)
		}
		return httpserver.Text(http.StatusOK, req.URL.Path), nil
	}
	f.Fuzz(func(t *testing.T, sent string) {
		testkit.Run(t, func(co *coro.Co) {
			got, err := talk(co, &httpserver.Server{Handler: handler, MaxHead: 1000}, sent)
			require.NoError(t, err)
			if strings.Contains(sent, "HEAD") {
				return // which responses have a body is not known
			}
			r := bufio.NewReader(strings.NewReader(got))
			for _, err = r.Peek(1); err == nil; _, err = r.Peek(1) {
				resp, err := http.ReadResponse(r, nil)
				require.NoError(t, err)
				_, err = io.Copy(io.Discard, resp.Body)
				require.NoError(t, err)
			}
		}, loop.ReportLeaks(true))
	})
}
