//go:build unix

package streams_test

import (
	"net"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/streams"
)

// Where datagrams can come from and go to, and where not.
func TestDatagramAddresses(t *testing.T) {
	onMachine(t, func(co *coro.Co) {
		var unknown *net.DNSError
		for _, c := range []struct {
			name, network, addr string
			dial                bool
			as                  any    // an error of this kind,
			is                  error  // or this one,
			says                string // or one that says so
		}{
			// CPython: test_base_events.BaseEventLoopWithSelectorTests.test_create_datagram_endpoint_no_addrinfo
			{name: "no such name", network: "udp", addr: "no such host:0", as: &unknown},
			// CPython: test_base_events.BaseEventLoopWithSelectorTests.test_create_datagram_endpoint_addr_error
			{name: "no port", network: "udp", addr: "localhost", says: "missing port in address"},
			// CPython: test_base_events.BaseEventLoopWithSelectorTests.test_create_datagram_endpoint_noaddr_nofamily
			{name: "no such network", network: "nonsense", addr: ":0", says: "unknown network"},
			// CPython: test_base_events.BaseEventLoopWithSelectorTests.test_create_datagram_endpoint_no_matching_family
			{name: "another family", network: "udp6", addr: "127.0.0.1:0", says: "no suitable address"},
			// CPython: test_base_events.BaseEventLoopWithSelectorTests.test_create_datagram_endpoint_cant_bind
			{name: "an address of others", network: "udp", addr: "192.0.2.1:0", is: syscall.EADDRNOTAVAIL},
			// CPython: test_base_events.BaseEventLoopWithSelectorTests.test_create_datagram_endpoint_connect_err
			{name: "nobody there", network: "unixgram", addr: "/no/such/socket", dial: true, is: syscall.ENOENT},
			// CPython: test_base_events.BaseEventLoopWithSelectorTests.test_create_datagram_endpoint_ip_addr
			{name: "an address", network: "udp", addr: "127.0.0.1:0"},
			{name: "an address", network: "udp", addr: "127.0.0.1:9", dial: true},
		} {
			open := streams.ListenPacket
			if c.dial {
				open = streams.DialPacket
			}
			conn, err := open(co, c.network, c.addr)
			switch {
			case c.as != nil:
				require.ErrorAs(t, err, c.as, c.name)
			case c.is != nil:
				require.ErrorIs(t, err, c.is, c.name)
			case c.says != "":
				require.ErrorContains(t, err, c.says, c.name)
			default:
				require.NoError(t, err, c.name)
				require.NoError(t, conn.Close())
			}
		}
	})
}
