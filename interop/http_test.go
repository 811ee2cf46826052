package interop

import (
	"crypto/rand"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/examples/httpserver"
)

// serveHTTP answers with what it was sent, in coroutines.
var serveHTTP = (&httpserver.Server{Handler: func(_ *coro.Co, req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	answer := httpserver.Text(http.StatusOK, string(body))
	answer.Header = http.Header{"X-Path": {req.URL.Path}}
	return answer, nil
}}).ServeConn

func TestCurl(t *testing.T) {
	curl := program(t, "curl")
	text := make([]byte, 3<<20)
	_, _ = rand.Read(text)
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	served(t, serveHTTP, func(co *coro.Co, addr string) {
		ask := func(args ...string) string {
			args = append([]string{"--silent", "--show-error", "--noproxy", "*"}, args...)
			return output(t, co, exec.Command(curl, args...))
		}
		url := "http://" + addr
		require.Equal(t, "hello", ask("--data", "hello", url))
		require.Contains(t, ask("--head", url+"/some/path"), "X-Path: /some/path\r\n")
		require.Equal(t, "hello", ask("--http1.0", "--data", "hello", url))

		// It asks whether it may send so much, and the answer comes while it does; the second time in chunks.
		require.True(t, string(text) == ask("--data-binary", "@"+file, url))
		require.True(t, string(text) == ask("--header", "Transfer-Encoding: chunked", "--data-binary", "@"+file, url))

		// Several on one connection, and many connections at once.
		require.Equal(t, "1 0 0 ", ask("--write-out", "%{num_connects} ", url, url, url))
		many := ask("--parallel", "--parallel-immediate", "--parallel-max", "40", "--write-out", "%{http_code} ", url+"/[1-200]")
		require.Equal(t, strings.Repeat("200 ", 200), many)
	})
}

func TestApacheBench(t *testing.T) {
	program(t, "ab")
	t.Run("coroutines", func(t *testing.T) { // whose connections end after a request of HTTP/1.0, as ab's are
		served(t, serveHTTP, func(co *coro.Co, addr string) { apacheBench(t, co, addr, false) })
	})
	t.Run("http.Server on a NetListener", func(t *testing.T) {
		serving(t, &http.Server{Handler: http.HandlerFunc(echoes)}, func(co *coro.Co, addr string) { apacheBench(t, co, addr, true) })
	})
	t.Run("fasthttp", func(t *testing.T) {
		served(t, serveFast(), func(co *coro.Co, addr string) { apacheBench(t, co, addr, true) })
	})
}

func apacheBench(t *testing.T, co *coro.Co, addr string, keep bool) {
	t.Helper()
	args := []string{"-q", "-n", "2000", "-c", "50"}
	if keep {
		args = append(args, "-k")
	}
	out := output(t, co, exec.Command(program(t, "ab"), append(args, "http://"+addr+"/path")...))
	require.Regexp(t, `Complete requests: +2000\n`, out)
	require.Regexp(t, `Failed requests: +0\n`, out)
	if keep {
		require.Regexp(t, `Keep-Alive requests: +[12]\d{3}\n`, out)
	}
}

// wrk breaks its connections off in the end.
func TestWrk(t *testing.T) {
	wrk := program(t, "wrk")
	served(t, serveHTTP, func(co *coro.Co, addr string) {
		out := output(t, co, exec.Command(wrk, "-t", "1", "-c", "50", "-d", "1s", "http://"+addr+"/path"))
		require.Regexp(t, `[1-9]\d* requests in`, out)
		require.NotContains(t, out, "Socket errors")
		require.NotContains(t, out, "Non-2xx")
	})
}
