package streams_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/streams"
)

// host is the name that the certificate of the tests is for.
const host = "host.test"

// identity is that certificate. Its signatures are all of one length, so handshakes are too.
var identity = sync.OnceValue(func() tls.Certificate {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: host},
		DNSNames:              []string{host},
		NotBefore:             time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:              time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
		IsCA:                  true,
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	if err != nil {
		panic(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private, Leaf: leaf}
})

func serverConfig() *tls.Config { return &tls.Config{Certificates: []tls.Certificate{identity()}} }

// clientConfig is that of one who trusts the certificate.
func clientConfig() *tls.Config {
	roots := x509.NewCertPool()
	roots.AddCert(identity().Leaf)
	return &tls.Config{RootCAs: roots, ServerName: host}
}

// startTLS upgrades a connection that has no Reader and Writer yet.
func startTLS(co *coro.Co, c *streams.Conn, config *tls.Config, opts ...streams.TLSOption) (*streams.Conn, error) {
	return streams.StartTLS(co, streams.NewReader(c), streams.NewWriter(c), config, opts...)
}

// handshake upgrades both ends, the first as the client.
func handshake(t *testing.T, co *coro.Co, a, b *streams.Conn) (client, server *streams.Conn) {
	t.Helper()
	return handshakeOf(t, co, a, b, clientConfig())
}

// handshakeOf is handshake with a config of the client's.
func handshakeOf(t *testing.T, co *coro.Co, a, b *streams.Conn, config *tls.Config) (client, server *streams.Conn) {
	t.Helper()
	serving := coro.CreateTask(co, func(co *coro.Co) (*streams.Conn, error) {
		return startTLS(co, b, serverConfig(), streams.ServerSide())
	})
	client, err := startTLS(co, a, config)
	require.NoError(t, err)
	server, err = serving.Await(co)
	require.NoError(t, err)
	return client, server
}

// secured is piped with TLS.
func secured(t *testing.T, test func(co *coro.Co, client, server *streams.Conn)) {
	t.Helper()
	piped(t, func(co *coro.Co, a, b *streams.Conn) {
		client, server := handshake(t, co, a, b)
		test(co, client, server)
		_, _ = client.Close(), server.Close()
	})
}

// relayed is secured with a relay between the two, that has tamper change what the client sends after the handshake.
// Where that returns nothing the relay ends.
func relayed(t *testing.T, tamper func(p []byte) []byte, test func(co *coro.Co, client, server *streams.Conn)) {
	t.Helper()
	piped(t, func(co *coro.Co, a, b *streams.Conn) {
		x, y := streams.Pipe(co)
		begun := false
		forward := func(from, to *streams.Conn, tamper func(p []byte) []byte) {
			coro.CreateTask(co, coro.Do(func(*coro.Co) error {
				defer from.Close()
				defer to.Close()
				p := make([]byte, 1<<16)
				for {
					n, err := from.Read(p)
					if err != nil {
						return nil
					}
					q := p[:n]
					if begun {
						q = tamper(q)
					}
					if _, err = to.Write(q); err != nil || len(q) == 0 {
						return nil
					}
				}
			}))
		}
		forward(b, x, tamper)
		forward(x, b, func(p []byte) []byte { return p })
		client, server := handshake(t, co, a, y)
		begun = true
		test(co, client, server)
		_, _ = client.Close(), server.Close()
		require.NoError(t, coro.Sleep(co, time.Second)) // for the relay to see it
	})
}

// readAll reads to the end.
func readAll(t *testing.T, c *streams.Conn) string {
	t.Helper()
	all, err := io.ReadAll(c)
	require.NoError(t, err)
	return string(all)
}

// requireRead reads that text.
func requireRead(t *testing.T, c *streams.Conn, text string) {
	t.Helper()
	got := make([]byte, len(text))
	_, err := io.ReadFull(c, got)
	require.NoError(t, err)
	require.Equal(t, text, string(got))
}

func requireWrite(t *testing.T, c *streams.Conn, text string) {
	t.Helper()
	n, err := io.WriteString(c, text)
	require.NoError(t, err)
	require.Equal(t, len(text), n)
}
