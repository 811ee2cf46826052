package page_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/page"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/page/sample"
)

// local are the hosts of a server on this address of the loopback.
func local() page.Hosts { return hosts("127.0.0.1:8080", "127.0.0.1") }

func hosts(address, bound string) page.Hosts {
	return page.HostsOf(address, &net.TCPAddr{IP: net.ParseIP(bound), Port: 8080})
}

// ask is a request for localhost, with "Name: value" for headers.
func ask(h http.Handler, method, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	r.Host = "localhost:8080"
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		if name == "Host" {
			r.Host = value
		} else {
			r.Header.Add(name, value)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestRefused(t *testing.T) {
	h := page.New(sample.Library(), local())
	tests := []struct {
		name    string
		method  string
		headers []string
		status  int
		says    string
	}{
		{"from the address bar", "GET", nil, 200, "<title>"},
		{"HEAD", "HEAD", nil, 200, ""},
		{"by its address", "GET", []string{"Host: 127.0.0.1:8080"}, 200, "<title>"},
		{"by another of the loopback, through a forwarded port", "GET", []string{"Host: 127.1.2.3:9000"}, 200, "<title>"},
		{"by the loopback of IPv6", "GET", []string{"Host: [::1]:8080"}, 200, "<title>"},
		{"a rebound name", "GET", []string{"Host: evil.example"}, 421, `"evil.example"`},
		{"a name that begins like one", "GET", []string{"Host: localhost.evil.example:8080"}, 421, "localhost"},
		{"an address that it does not listen on", "GET", []string{"Host: 192.0.2.1:8080"}, 421, "192.0.2.1"},
		{"no host", "GET", []string{"Host: "}, 421, `""`},
		{"its own page", "GET", []string{"Origin: http://localhost:8080"}, 200, "<title>"},
		{"another page", "GET", []string{"Origin: http://evil.example"}, 403, "http://evil.example"},
		{"another port", "GET", []string{"Origin: http://localhost:1"}, 403, "http://localhost:1"},
		{"a sandboxed page", "GET", []string{"Origin: null"}, 403, "null"},
		{"two origins", "GET", []string{"Origin: http://localhost:8080", "Origin: http://evil.example"}, 403, ""},
		{"POST", "POST", nil, 405, "GET and HEAD"},
		{"OPTIONS", "OPTIONS", nil, 405, "GET and HEAD"},
		{"a method that there is not", "BREW", nil, 405, "GET and HEAD"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := ask(h, tt.method, "/", tt.headers...)
			require.Equal(t, tt.status, w.Code)
			require.Contains(t, w.Body.String(), tt.says)
			require.Equal(t, tt.method == "HEAD", w.Body.Len() == 0)
			require.Equal(t, tt.status == 405, w.Header().Get("Allow") == "GET, HEAD")
			require.NotContains(t, w.Header().Get("Content-Security-Policy"), "unsafe-inline")
			require.Contains(t, w.Header().Get("Content-Security-Policy"), "default-src 'none'; style-src 'self'; script-src 'self' 'wasm-unsafe-eval';")
			require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
			require.Equal(t, "no-referrer", w.Header().Get("Referrer-Policy"))
			require.Empty(t, w.Header().Get("Access-Control-Allow-Origin"))
		})
	}
}

func TestHosts(t *testing.T) {
	tests := []struct {
		name         string
		hosts        page.Hosts
		yes, notHere string
	}{
		{"the loopback", local(), "localhost 127.0.0.1 127.0.0.1:1 [::1] LocalHost. localhost:8080", "192.0.2.1 mybox evil.example 0.0.0.0"},
		{"one address", hosts("192.0.2.1:8080", "192.0.2.1"), "localhost 192.0.2.1 192.0.2.1:80", "192.0.2.2 mybox evil.example"},
		{"a name", hosts("mybox.lan:8080", "192.0.2.1"), "mybox.lan MyBox.LAN:8080 192.0.2.1", "evil.example notmybox.lan"},
		{"every address", hosts(":8080", "::"), "localhost 192.0.2.1 192.0.2.2:8080 [2001:db8::1]:8080", "mybox evil.example 1.2.3.4.evil.example"},
		{"every address of IPv4", hosts("0.0.0.0:8080", "0.0.0.0"), "localhost 192.0.2.1", "evil.example"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := page.New(sample.Library(), tt.hosts)
			for host := range strings.FieldsSeq(tt.yes) {
				require.Equal(t, 200, ask(h, "GET", "/", "Host: "+host).Code, host)
			}
			for host := range strings.FieldsSeq(tt.notHere) {
				require.Equal(t, 421, ask(h, "GET", "/", "Host: "+host).Code, host)
			}
		})
	}
}

func TestFiles(t *testing.T) {
	h := page.New(sample.Library(), local())
	for path, kind := range map[string]string{
		"/":                               "text/html; charset=utf-8",
		"/index.html":                     "text/html; charset=utf-8",
		"/style.css":                      "text/css; charset=utf-8",
		"/js/main.js":                     "text/javascript; charset=utf-8",
		"/icon.svg":                       "image/svg+xml",
		"/index.json":                     "application/json",
		"/programs/gather-tasks.json":     "application/json",
		"/programs/lost-result/trap.json": "application/json",
	} {
		t.Run(path, func(t *testing.T) {
			w := ask(h, "GET", path)
			require.Equal(t, 200, w.Code)
			require.Equal(t, kind, w.Header().Get("Content-Type"))
			require.NotZero(t, w.Body.Len())
			if kind == "application/json" {
				require.True(t, json.Valid(w.Body.Bytes()))
			}
		})
	}
}

// What has not changed is not sent again, and who takes gzip gets it.
func TestContent(t *testing.T) {
	h := page.New(sample.Library(), local())
	const path = "/programs/gather-tasks.json"
	plain := ask(h, "GET", path)
	zipped := ask(h, "GET", path, "Accept-Encoding: br, gzip;q=0.8")
	require.Equal(t, "gzip", zipped.Header().Get("Content-Encoding"))
	require.Equal(t, "Accept-Encoding", zipped.Header().Get("Vary"))
	require.Less(t, zipped.Body.Len(), plain.Body.Len()/5)
	r, err := gzip.NewReader(zipped.Body)
	require.NoError(t, err)
	unzipped, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, plain.Body.Bytes(), unzipped)

	for _, refused := range []string{"", "br", "gzip;q=0", "gzip; q=0.000", "notgzip"} {
		require.Empty(t, ask(h, "GET", path, "Accept-Encoding: "+refused).Header().Get("Content-Encoding"), refused)
	}

	tag, zippedTag := plain.Header().Get("ETag"), zipped.Header().Get("ETag")
	require.NotEqual(t, tag, zippedTag)
	require.Equal(t, tag, ask(page.New(sample.Library(), local()), "GET", path).Header().Get("ETag"), "it is that of the content")
	require.NotEqual(t, tag, ask(h, "GET", "/index.json").Header().Get("ETag"))
	for _, known := range []string{tag, `"other", ` + tag, "W/" + tag, "*"} {
		w := ask(h, "GET", path, "If-None-Match: "+known)
		require.Equal(t, 304, w.Code, known)
		require.Zero(t, w.Body.Len())
	}
	require.Equal(t, 304, ask(h, "GET", path, "If-None-Match: "+zippedTag, "Accept-Encoding: gzip").Code)
	require.Equal(t, 200, ask(h, "GET", path, `If-None-Match: "other"`).Code)
}

func TestMissing(t *testing.T) {
	h := page.New(sample.Library(), local())
	tests := []struct{ path, meant string }{
		{"/gathr-tasks", "gather-tasks"},
		{"/gather-tasks", "gather-tasks"},
		{"/gather_tasks.html", "gather-tasks"},
		{"/lost-result/trp", "lost-result/trap"},
		{"/nothing-like-it", ""},
		{"/../../etc/passwd", ""},
		{"/static/index.html", ""},
		{"/programs", ""},
		{"/programs/gathr-tasks.json", "gather-tasks"},
		{"/programs/lost-result.json", "lost-result"},
		{"/programs/lost-result/curre.json", "lost-result/cure"},
		{"/programs/%2e%2e/%2e%2e/index.json", ""},
		{"/ouro.wasm", ""},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			w := ask(h, "GET", tt.path)
			require.Equal(t, 404, w.Code)
			if strings.HasPrefix(tt.path, "/programs") {
				require.Equal(t, "application/json", w.Header().Get("Content-Type"))
				var problem struct{ Error, Nearest string }
				require.NoError(t, json.Unmarshal(w.Body.Bytes(), &problem))
				require.Contains(t, problem.Error, "there is no program")
				require.Equal(t, tt.meant, problem.Nearest)
				return
			}
			require.Equal(t, "text/html; charset=utf-8", w.Header().Get("Content-Type"))
			require.Equal(t, tt.meant != "", strings.Contains(w.Body.String(), "Did you mean"))
			if tt.meant != "" {
				require.Contains(t, w.Body.String(), ">"+tt.meant+"</a>?")
			}
			require.Contains(t, w.Body.String(), `<a href="/#demo=gather-tasks">gather-tasks</a>`)
		})
	}
	w := ask(h, "GET", "/%3Cimg%20src=x%20onerror=alert(1)%3E")
	require.NotContains(t, w.Body.String(), "<img")
	require.Contains(t, w.Body.String(), "&lt;img")
}

// counting is a library that counts how often it is asked, and fails as told.
type counting struct {
	page.Library
	asked atomic.Int32
	give  []byte
	err   error
}

func (c *counting) Program(string) ([]byte, error) {
	c.asked.Add(1)
	return c.give, c.err
}

func TestLibraryIsAskedOnce(t *testing.T) {
	lib := &counting{Library: sample.Library(), give: []byte(`{ "a": 1 }`)}
	h := page.New(lib, local())
	require.Zero(t, lib.asked.Load())
	for range 3 {
		require.Equal(t, `{"a":1}`, ask(h, "GET", "/programs/gather-tasks.json").Body.String())
	}
	require.EqualValues(t, 1, lib.asked.Load())
}

func TestLibraryFails(t *testing.T) {
	for name, lib := range map[string]*counting{
		"an error":        {Library: sample.Library(), err: errors.New("the recorder is broken")},
		"what is no JSON": {Library: sample.Library(), give: []byte(`{"the recorder is broken`)},
	} {
		t.Run(name, func(t *testing.T) {
			w := ask(page.New(lib, local()), "GET", "/programs/gather-tasks.json")
			require.Equal(t, 500, w.Code)
			var problem struct{ Error string }
			require.NoError(t, json.Unmarshal(w.Body.Bytes(), &problem))
			require.NotEmpty(t, problem.Error)
			require.Empty(t, w.Header().Get("ETag"))
			require.Error(t, page.Export(t.TempDir(), lib))
		})
	}
}

// live is a library with live runs.
type live struct{ page.Library }

func (live) Live(file string) ([]byte, error) { return []byte("the content of " + file), nil }

func TestLive(t *testing.T) {
	h := page.New(live{sample.Library()}, local())
	require.Contains(t, ask(h, "GET", "/index.json").Body.String(), `"live":true`)
	w := ask(h, "GET", "/ouro.wasm")
	require.Equal(t, "the content of ouro.wasm", w.Body.String())
	require.Equal(t, "application/wasm", w.Header().Get("Content-Type"))
	require.Equal(t, "the content of wasm_exec.js", ask(h, "GET", "/wasm_exec.js").Body.String())

	require.NotContains(t, ask(page.New(sample.Library(), local()), "GET", "/index.json").Body.String(), "live")
}

func TestServeEnds(t *testing.T) {
	l, err := page.Listen("127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- page.Serve(ctx, l, page.New(sample.Library(), page.HostsOf("127.0.0.1:0", l.Addr()))) }()
	answer, err := http.Get("http://" + l.Addr().String() + "/")
	require.NoError(t, err)
	_ = answer.Body.Close()
	require.Equal(t, 200, answer.StatusCode)

	_, err = page.Listen(l.Addr().String())
	require.EqualError(t, err, l.Addr().String()+" is in use; port 0 takes one that is free")

	cancel()
	require.NoError(t, <-ended)
	_, err = http.Get("http://" + l.Addr().String() + "/")
	require.Error(t, err)
	again, err := page.Listen(l.Addr().String())
	require.NoError(t, err, "the port is free again")
	require.NoError(t, again.Close())
	require.Error(t, page.Serve(t.Context(), again, http.NotFoundHandler()), "a listener that is closed")
}
