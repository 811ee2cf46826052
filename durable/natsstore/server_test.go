package natsstore_test

import (
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/durabletest"
	"github.com/ouro-loop/ouro/durable/natsstore"
	"github.com/ouro-loop/ouro/durable/natsstore/internal/natstest"
)

const startWithin = natstest.StartWithin

// single is a server of its own.
func single(t testing.TB) *server.Server { return natstest.Single(t) }

// A cluster is three servers in this process.
type cluster struct {
	options [3]*server.Options
	servers [3]*server.Server
}

func startCluster(t *testing.T) *cluster {
	t.Helper()
	c := new(cluster)
	var ports [6]int
	for i := range ports { // they need to know one another before they start
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer func() { _ = l.Close() }()
		ports[i] = l.Addr().(*net.TCPAddr).Port
		require.NoError(t, l.Close())
	}
	var routes string
	for _, port := range ports[3:] {
		routes += fmt.Sprintf(",nats://127.0.0.1:%d", port)
	}
	for i := range c.options {
		c.options[i] = &server.Options{
			ServerName: fmt.Sprint("s", i), Host: "127.0.0.1", Port: ports[i], JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true,
			Cluster: server.ClusterOpts{Name: "c", Host: "127.0.0.1", Port: ports[3+i]}, Routes: server.RoutesFromStr(routes[1:]),
		}
	}
	for i := range c.servers {
		c.start(t, i)
	}
	t.Cleanup(func() {
		for i := range c.servers {
			c.kill(i)
		}
	})
	c.waitForLeader(t)
	return c
}

func (c *cluster) start(t *testing.T, i int) {
	t.Helper()
	c.servers[i] = natstest.Start(t, c.options[i].Clone())
}

func (c *cluster) kill(i int) {
	natstest.Stop(c.servers[i])
}

func (c *cluster) urls() (all string) {
	for _, o := range c.options {
		all += fmt.Sprintf(",nats://127.0.0.1:%d", o.Port)
	}
	return all[1:]
}

// waitForLeader waits until all three are there, and one leads.
func (c *cluster) waitForLeader(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool {
		for _, s := range c.servers {
			if s.JetStreamIsLeader() && len(s.JetStreamClusterPeers()) == len(c.servers) {
				return true
			}
		}
		return false
	}, startWithin, 10*time.Millisecond)
}

func connect(t testing.TB, urls string) jetstream.JetStream { return natstest.Connect(t, urls) }

func openStore(t testing.TB, js jetstream.JetStream, opts ...natsstore.Option) *natsstore.Store {
	t.Helper()
	store, err := natsstore.Open(t.Context(), js, opts...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	return store
}

// fresh makes stores with names of their own, so that one server does for all tests.
func fresh(js jetstream.JetStream, opts ...natsstore.Option) func(t *testing.T) durabletest.Open {
	n := 0
	return func(*testing.T) durabletest.Open {
		n++
		mine := append(opts[:len(opts):len(opts)], natsstore.Prefix(fmt.Sprint("p", n)))
		return func(t *testing.T) durable.Store { return openStore(t, js, mine...) }
	}
}
