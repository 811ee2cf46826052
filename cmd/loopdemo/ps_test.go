package main

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/inspect"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
)

// served is where a loop can be seen in which a task waits for an event.
func served(t *testing.T) string {
	t.Helper()
	if runtime.GOOS == "js" {
		t.Skip("the network there is inside of the process, and has no others")
	}
	l := loop.New()
	event := new(locks.Event)
	event.SetName("ready")
	coro.CreateTask(l, coro.Do(event.Wait), coro.Name("server"), coro.Quiet())
	waits, ended := make(chan struct{}), make(chan error)
	l.CallSoon(func() { close(waits) })
	go func() { ended <- l.RunForever() }()
	<-waits
	mux := http.NewServeMux()
	mux.Handle("/debug/ouro/", http.StripPrefix("/debug/ouro", inspect.Handler(l)))
	server := httptest.NewServer(mux)
	t.Cleanup(func() {
		server.Close()
		l.Stop()
		require.NoError(t, <-ended)
		require.NoError(t, l.Close())
	})
	return server.URL + "/debug/ouro"
}

func TestPS(t *testing.T) {
	at := served(t)
	require.Contains(t, succeed(t, "ps", at), `server  waiting  event "ready"`)
	require.Contains(t, succeed(t, "ps", at+"/", "--stacks"), "Event).Wait")
	require.Contains(t, succeed(t, "pstree", at), `nobody awaits: server  event "ready"`)
}

func TestPSMisused(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"ps", "a", "b"}, "ps takes one URL, or none for http://localhost:6060/debug/ouro/"},
		{[]string{"pstree", "http://"}, `"http://" is no address`},
		{[]string{"ps", "localhost:1/debug/ouro"}, "localhost:1/debug/ouro does not answer"},
	} {
		_, stderr, status := loopdemo(t, test.args...)
		require.NotZero(t, status)
		require.Contains(t, stderr, test.want)
	}
}

func TestPSOfSomethingElse(t *testing.T) {
	at := served(t)
	_, stderr, status := loopdemo(t, "ps", at+"/no/such")
	require.Zero(t, status, "the handler looks at the last element only")
	require.Empty(t, stderr)
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	_, stderr, status = loopdemo(t, "ps", server.URL)
	require.NotZero(t, status)
	require.Contains(t, stderr, "answers 404 Not Found: 404 page not found")
}
