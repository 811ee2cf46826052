package httpserver_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/examples/httpserver"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/looptest"
	"github.com/ouro-loop/ouro/streams"
)

// app is the Handler of the tests: it does what the path says.
func app(co *coro.Co, req *http.Request) (*http.Response, error) {
	switch req.URL.Path {
	case "/echo":
		text, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, fmt.Errorf("what was sent: %w", err)
		}
		return httpserver.Text(http.StatusOK, req.Method+" "+string(text)), nil
	case "/slow":
		if err := coro.Sleep(co, 3*time.Second); err != nil {
			return nil, err
		}
	case "/stream":
		resp := httpserver.Text(http.StatusOK, "")
		resp.Body, resp.ContentLength = &ticks{co: co}, -1
		return resp, nil
	case "/none":
		return &http.Response{StatusCode: http.StatusNoContent}, nil
	case "/bye":
		resp := httpserver.Text(http.StatusOK, "bye")
		resp.Close = true
		return resp, nil
	case "/panic":
		panic("oh no")
	case "/nothing":
		return nil, nil
	case "/short":
		resp := httpserver.Text(http.StatusOK, "four")
		resp.ContentLength = 5
		return resp, nil
	case "/closed":
		if err := req.Body.Close(); err != nil {
			return nil, err
		}
		_, err := req.Body.Read(make([]byte, 1))
		return httpserver.Text(http.StatusOK, err.Error()), nil
	case "/early":
		return &http.Response{StatusCode: http.StatusEarlyHints}, nil
	case "/large":
		_, err := io.ReadAll(http.MaxBytesReader(nil, req.Body, 2))
		return nil, err
	}
	return httpserver.Text(http.StatusOK, req.URL.Path), nil
}

// ticks is a body that comes in pieces, one a second.
type ticks struct {
	co *coro.Co
	n  int
}

func (b *ticks) Read(p []byte) (int, error) {
	if b.n == 2 {
		return 0, io.EOF
	}
	b.n++
	if err := coro.Sleep(b.co, time.Second); err != nil {
		return 0, err
	}
	return copy(p, fmt.Sprint("tick ", b.n)), nil
}

func (b *ticks) Close() error { return nil }

const date = "Date: Sat, 01 Jan 2000 00:00:00 GMT\r\n"

// ok is a response with a text.
func ok(text string) string { return response("200 OK", text) }

func response(status, text string, headers ...string) string {
	return "HTTP/1.1 " + status + "\r\n" + strings.Join(headers, "") + fmt.Sprintf("Content-Length: %d\r\n", len(text)) +
		"Content-Type: text/plain; charset=utf-8\r\n" + date + "\r\n" + text
}

// last is a response after which the connection ends.
func last(status, text string) string {
	return response(status, text, "Connection: close\r\n")
}

func get(path string, headers ...string) string {
	return "GET " + path + " HTTP/1.1\r\nHost: x\r\n" + strings.Join(headers, "") + "\r\n"
}

func post(path, body string, headers ...string) string {
	headers = append(headers, fmt.Sprintf("Content-Length: %d\r\n", len(body)))
	return strings.Replace(get(path, headers...), "GET", "POST", 1) + body
}

// connect begins to serve a connection in memory. The task is that of the server, and done when it has
// closed it.
func connect(co *coro.Co, s *httpserver.Server) (*streams.Conn, *coro.Task[coro.None]) {
	ours, theirs := streams.Pipe(co)
	task := coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return s.ServeConn(co, theirs) }))
	task.AddDoneCallback(func() { _ = theirs.Close() })
	return ours, task
}

// talk sends a text, says that there is no more, and returns all that is answered.
func talk(co *coro.Co, s *httpserver.Server, text string) (string, error) {
	c, task := connect(co, s)
	defer c.Close()
	if _, err := streams.NewWriter(c).WriteString(text); err != nil {
		return "", err
	}
	if err := c.CloseWrite(); err != nil {
		return "", err
	}
	all, err := streams.NewReader(c).ReadAll(co)
	if err := coro.Await(co, task); err != nil {
		return string(all), err
	}
	return string(all), err
}

// Each is a connection: what is sent, and everything that is answered.
func TestConversations(t *testing.T) {
	const chunked = "Transfer-Encoding: chunked\r\n"
	for _, test := range []struct{ name, sent, want string }{
		{"nothing", "", ""},
		{"keep-alive", get("/a") + get("/b"), ok("/a") + ok("/b")},
		{"in order", get("/slow") + get("/b"), ok("/slow") + ok("/b")},
		{"a body", post("/echo", "hello") + get("/b"), ok("POST hello") + ok("/b")},
		{"chunks", strings.Replace(get("/echo", chunked), "GET", "PUT", 1) + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n" + get("/b"), ok("PUT abcde") + ok("/b")},
		{"a body that nobody reads", post("/a", strings.Repeat("x", 10_000)) + get("/b"), ok("/a") + ok("/b")},
		{"a body that is closed", post("/closed", "hello") + get("/b"), ok(http.ErrBodyReadAfterClose.Error()) + ok("/b")},
		{"no body", get("/none") + get("/b"), "HTTP/1.1 204 No Content\r\n" + date + "\r\n" + ok("/b")},
		{"a head only", strings.Replace(get("/a"), "GET", "HEAD", 1) + get("/b"), strings.TrimSuffix(ok("/a"), "/a") + ok("/b")},
		{"the client ends", get("/a", "Connection: close\r\n") + get("/b"), last("200 OK", "/a")},
		{"the handler ends", get("/bye") + get("/b"), last("200 OK", "bye")},
		{"HTTP/1.0", "GET /a HTTP/1.0\r\n\r\n" + get("/b"), last("200 OK", "/a")},
		{"a response of unknown length", get("/stream"),
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/plain; charset=utf-8\r\n" + date +
				"\r\n6\r\ntick 1\r\n6\r\ntick 2\r\n0\r\n\r\n"},
		{"for HTTP/1.0", "GET /stream HTTP/1.0\r\n\r\n",
			"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n" + date + "\r\ntick 1tick 2"},

		{"continue", post("/echo", "hello", "Expect: 100-continue\r\n"), "HTTP/1.1 100 Continue\r\n\r\n" + ok("POST hello")},
		{"do not continue", post("/a", "hello", "Expect: 100-continue\r\n") + get("/b"), last("200 OK", "/a")},
		{"expect the unexpected", get("/a", "Expect: a miracle\r\n"), last("417 Expectation Failed", "Expectation Failed\n")},

		{"of HTTP/1.0 nothing", "GET /a HTTP/1.0\r\nExpect: a miracle\r\n\r\n", last("200 OK", "/a")},

		{"no HTTP", "hello\r\n\r\n", last("400 Bad Request", "Bad Request\n")},
		{"no host", "GET /a HTTP/1.1\r\n\r\n", last("400 Bad Request", "Bad Request\n")},
		{"another version", "PRI * HTTP/2.0\r\n\r\n", last("505 HTTP Version Not Supported", "HTTP Version Not Supported\n")},
		{"two lengths", post("/a", "", "Content-Length: 5\r\n"), last("400 Bad Request", "Bad Request\n")},
		{"a long line", get("/" + strings.Repeat("a", 1000)), last("431 Request Header Fields Too Large", "Request Header Fields Too Large\n")},
		{"many headers", get("/a", strings.Repeat("A: b\r\n", 200)), last("431 Request Header Fields Too Large", "Request Header Fields Too Large\n")},
		{"the longest head", get("/a", "A: "+strings.Repeat("b", 1000-len(get("/a", "A: \r\n")))+"\r\n"), ok("/a")},
		{"a byte more", get("/a", "A: "+strings.Repeat("b", 1001-len(get("/a", "A: \r\n")))+"\r\n"),
			last("431 Request Header Fields Too Large", "Request Header Fields Too Large\n")},
		{"more than a body may have", post("/large", "hello") + get("/b"), response("413 Request Entity Too Large", "Request Entity Too Large\n") + ok("/b")},
		{"no chunk", get("/echo", chunked) + "x\r\n", last("400 Bad Request", "Bad Request\n")},
		{"half a head", get("/a") + "GET /b HTT", ok("/a")},
		{"half a body", strings.TrimSuffix(post("/echo", "hello"), "lo"), last("400 Bad Request", "Bad Request\n")},
	} {
		t.Run(test.name, func(t *testing.T) {
			looptest.Run(t, func(t *looptest.T, co *coro.Co) error {
				got, err := talk(co, &httpserver.Server{Handler: app, MaxHead: 1000}, test.sent)
				require.Equal(t, anyDate(test.want), anyDate(got))
				return err
			})
		})
	}
}

// anyDate is a text without what time it was.
func anyDate(s string) string {
	lines := strings.SplitAfter(s, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "Date: ") {
			lines[i] = date
		}
	}
	return strings.Join(lines, "")
}

// What a handler does wrong is answered and reported, and the connection goes on if it can.
func TestHandlerFails(t *testing.T) {
	for path, test := range map[string]struct{ want, report string }{
		"/panic": {response("500 Internal Server Error", "Internal Server Error\n") + ok("/b"),
			"The handler of GET /panic has failed: panic: oh no"},
		"/nothing": {response("500 Internal Server Error", "Internal Server Error\n") + ok("/b"),
			"The handler of GET /nothing has failed: httpserver: the handler has returned neither a response nor an error"},
		"/early": {response("500 Internal Server Error", "Internal Server Error\n") + ok("/b"),
			"The handler of GET /early has failed: httpserver: the handler has answered with status 103; it is to be one from 200 on"},
	} {
		t.Run(path, func(t *testing.T) {
			var reports []string
			testkit.Run(t, func(co *coro.Co) {
				got, err := talk(co, &httpserver.Server{Handler: app}, get(path)+get("/b"))
				require.NoError(t, err)
				require.Equal(t, test.want, got)
			}, loop.ReportLeaks(true), loop.OnException(func(_ *loop.Loop, c future.ErrorContext) {
				reports = append(reports, fmt.Sprintf("%s: %v", c.Message, c.Err))
			}))
			require.Len(t, reports, 1)
			require.Contains(t, reports[0], test.report)
		})
	}
}

// A body that breaks off is not taken for the whole.
func TestBodyFails(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		c, task := connect(co, &httpserver.Server{Handler: app})
		defer c.Close()
		_, err := c.Write([]byte(get("/short") + get("/b")))
		require.NoError(t, err)
		require.EqualError(t, coro.Await(co, task), "httpserver: the body of a response: http: ContentLength=5 with Body length 4")
		_, err = streams.NewReader(c).ReadAll(co)
		require.ErrorIs(t, err, syscall.ECONNRESET)
	}, loop.ReportLeaks(true))
}

// What a handler has of a request is good until the response is sent, and its body is closed then, whatever
// becomes of it.
func TestWhatHandlersHave(t *testing.T) {
	for _, method := range []string{"GET", "HEAD"} {
		for _, status := range []int{http.StatusOK, http.StatusNoContent, http.StatusContinue} {
			var request *http.Request
			b := new(closable)
			testkit.Run(t, func(co *coro.Co) {
				s := &httpserver.Server{Handler: func(_ *coro.Co, req *http.Request) (*http.Response, error) {
					request = req
					b.Reader = iotest.ErrReader(io.EOF)
					b.whenRead = func() { require.NoError(t, req.Context().Err()) }
					return &http.Response{StatusCode: status, Body: b}, nil
				}}
				_, err := talk(co, s, strings.Replace(get("/a"), "GET", method, 1))
				require.NoError(t, err)
			}, loop.OnException(func(*loop.Loop, future.ErrorContext) {}))
			require.Error(t, request.Context().Err())
			require.Positive(t, b.closed, "%s %d", method, status)
		}
	}
}

// closable notes that it was closed.
type closable struct {
	io.Reader
	whenRead func()
	closed   int
}

func (b *closable) Read(p []byte) (int, error) {
	b.whenRead()
	return b.Reader.Read(p)
}

func (b *closable) Close() error {
	b.closed++
	return nil
}

// What there is of a response whose length nobody knows is sent at once.
func TestStream(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		c, task := connect(co, &httpserver.Server{Handler: app})
		_, err := c.Write([]byte(get("/stream")))
		require.NoError(t, err)
		r := streams.NewReader(c)
		for i, piece := range []string{"\r\n\r\n", "6\r\ntick 1\r\n", "6\r\ntick 2\r\n0\r\n\r\n"} {
			_, err := r.ReadUntil(co, []byte(piece))
			require.NoError(t, err)
			require.Equal(t, time.Duration(i)*time.Second, co.Time())
		}
		require.NoError(t, c.Close())
		testkit.Wait(t, co, task)
	}, loop.ReportLeaks(true))
}

// A cancellation in the middle of a line is one, although a bufio.Reader forgets it; and so is one while
// the rest of a body is read.
func TestCanceledWhileReading(t *testing.T) {
	for _, text := range []string{"GET / HTT", "GET / HTTP/1.1\r\nHost: x", strings.TrimSuffix(post("/a", "hello"), "lo")} {
		testkit.Run(t, func(co *coro.Co) {
			c, task := connect(co, &httpserver.Server{Handler: app})
			defer c.Close()
			_, err := c.Write([]byte(text))
			require.NoError(t, err)
			require.NoError(t, coro.Sleep(co, time.Second))
			task.Cancel()
			testkit.WaitCanceled(t, co, task)
			require.Equal(t, time.Second, co.Time())
		}, loop.ReportLeaks(true))
	}
}

// However a request is torn, and whenever its pieces come, the answers are the same.
func TestTornExplored(t *testing.T) {
	looptest.Explore(t, func(t *looptest.T, co *coro.Co) error {
		text := post("/echo", "hello") + get("/slow") + get("/b")
		c, task := connect(co, &httpserver.Server{Handler: app})
		defer c.Close()
		for len(text) > 0 {
			n := min(len(text), []int{len(text), 1 + len(text)/2, 7}[t.Choose("bytes", 3)])
			if _, err := c.Write([]byte(text[:n])); err != nil {
				return err
			}
			text = text[n:]
			if err := t.Delay(co, 0, 50*time.Millisecond); err != nil {
				return err
			}
		}
		if err := c.CloseWrite(); err != nil {
			return err
		}
		got, err := streams.NewReader(c).ReadAll(co)
		require.Equal(t, anyDate(ok("POST hello")+ok("/slow")+ok("/b")), anyDate(string(got)))
		return errors.Join(err, coro.Await(co, task))
	}, looptest.SlowSteps(false), looptest.Runs(1000), looptest.Within(time.Hour))
}

// Whoever is canceled, at whatever wait, nothing is left behind.
func TestCanceledEverywhere(t *testing.T) {
	looptest.CancelEverywhere(t, func(t *looptest.T, co *coro.Co) error {
		c, task := connect(co, &httpserver.Server{Handler: app})
		defer task.Cancel()
		defer c.Close()
		if _, err := c.Write([]byte(post("/echo", "hello", "Expect: 100-continue\r\n") + get("/slow") + get("/stream"))); err != nil {
			return err
		}
		if err := c.CloseWrite(); err != nil {
			return err
		}
		_, err := streams.NewReader(c).ReadAll(co)
		return err
	}, looptest.Loop(loop.OnException(func(*loop.Loop, future.ErrorContext) {})))
}
