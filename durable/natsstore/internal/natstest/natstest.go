// Package natstest starts NATS servers in the process of a test.
package natstest

import (
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"
)

// StartWithin is how long a server has to begin.
const StartWithin = 30 * time.Second

// Start starts a server.
func Start(t testing.TB, o *server.Options) *server.Server {
	t.Helper()
	s, err := server.NewServer(o)
	require.NoError(t, err)
	s.Start()
	require.True(t, s.ReadyForConnections(StartWithin))
	return s
}

// Options are those of a server that is alone.
func Options(t testing.TB) *server.Options {
	return &server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true}
}

// Single is a server that is alone, until the end of the test.
func Single(t testing.TB) *server.Server {
	t.Helper()
	s := Start(t, Options(t))
	t.Cleanup(func() { Stop(s) })
	return s
}

// Stop stops a server, and waits for its end.
func Stop(s *server.Server) {
	s.Shutdown()
	s.WaitForShutdown()
}

// Connect connects to servers, which need not be there yet, until the end of the test.
func Connect(t testing.TB, urls string) jetstream.JetStream {
	t.Helper()
	conn, err := nats.Connect(urls, nats.MaxReconnects(-1), nats.ReconnectWait(20*time.Millisecond), nats.RetryOnFailedConnect(true))
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	require.NoError(t, err)
	return js
}
