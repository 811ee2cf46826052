package streams_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/streams"
)

// keys are those of one direction of TLS 1.3 with TLS_AES_128_GCM_SHA256, for what crypto/tls does not do:
// to ask for new keys.
type keys struct {
	t      *testing.T
	secret []byte
	aead   cipher.AEAD
	iv     []byte
	number uint64 // of the next record
}

func newKeys(t *testing.T, secret []byte) *keys {
	k := &keys{t: t}
	k.use(secret)
	return k
}

func (k *keys) use(secret []byte) {
	k.secret, k.number = secret, 0
	block, err := aes.NewCipher(k.derive("key", 16))
	require.NoError(k.t, err)
	k.aead, err = cipher.NewGCM(block)
	require.NoError(k.t, err)
	k.iv = k.derive("iv", 12)
}

// derive is HKDF-Expand-Label of RFC 8446.
func (k *keys) derive(label string, n int) []byte {
	label = "tls13 " + label
	info := append([]byte{0, byte(n), byte(len(label))}, label...)
	out, err := hkdf.Expand(sha256.New, k.secret, string(append(info, 0)), n)
	require.NoError(k.t, err)
	return out
}

// next goes on to the next keys, as after a KeyUpdate.
func (k *keys) next() { k.use(k.derive("traffic upd", 32)) }

func (k *keys) nonce() []byte {
	nonce := bytes.Clone(k.iv)
	last := nonce[4:]
	binary.BigEndian.PutUint64(last, binary.BigEndian.Uint64(last)^k.number)
	k.number++
	return nonce
}

// What records are of.
const (
	alertRecord     = 21
	handshakeRecord = 22
	dataRecord      = 23
)

func (k *keys) seal(kind byte, data ...byte) []byte {
	header := []byte{dataRecord, 3, 3, 0, 0}
	binary.BigEndian.PutUint16(header[3:], uint16(len(data)+1+k.aead.Overhead()))
	return k.aead.Seal(header, k.nonce(), append(data, kind), header)
}

// open reads a record.
func (k *keys) open(r io.Reader) (kind byte, data []byte) {
	header := make([]byte, 5)
	_, err := io.ReadFull(r, header)
	require.NoError(k.t, err)
	body := make([]byte, binary.BigEndian.Uint16(header[3:]))
	_, err = io.ReadFull(r, body)
	require.NoError(k.t, err)
	plain, err := k.aead.Open(nil, k.nonce(), body, header)
	require.NoError(k.t, err)
	return plain[len(plain)-1], plain[:len(plain)-1]
}

// updateKeys is a KeyUpdate that wants one in return, and the answer to it.
var (
	updateKeys = []byte{24, 0, 0, 1, 1}
	keyUpdated = []byte{24, 0, 0, 1, 0}
)

// withKeys runs a test of a server with TLS on conn, whose client is raw: it has the keys.
func withKeys(t *testing.T, test func(co *coro.Co, conn, server, raw *streams.Conn, toServer, fromServer *keys)) {
	t.Helper()
	piped(t, func(co *coro.Co, conn, raw *streams.Conn) {
		serving := coro.CreateTask(co, func(co *coro.Co) (*streams.Conn, error) {
			config := serverConfig()
			config.SessionTicketsDisabled = true // which would be records of their own
			return startTLS(co, conn, config, streams.ServerSide())
		})
		var log strings.Builder
		config := clientConfig()
		config.KeyLogWriter = &log
		client := tls.Client(raw, config)
		require.NoError(t, client.Handshake())
		server, err := serving.Await(co)
		require.NoError(t, err)
		if suite := client.ConnectionState().CipherSuite; suite != tls.TLS_AES_128_GCM_SHA256 {
			t.Skip("without AES in hardware crypto/tls prefers", tls.CipherSuiteName(suite))
		}
		secret := func(name string) []byte {
			_, after, found := strings.Cut(log.String(), name+" ")
			require.True(t, found)
			secret, err := hex.DecodeString(strings.Fields(after)[1])
			require.NoError(t, err)
			return secret
		}
		test(co, conn, server, raw, newKeys(t, secret("CLIENT_TRAFFIC_SECRET_0")), newKeys(t, secret("SERVER_TRAFFIC_SECRET_0")))
		_ = server.Close()
	})
}

// A client that asks for new keys is answered while a task is in the middle of a Write, in between
// two records of that.
func TestTLSKeyUpdateAmidAWrite(t *testing.T) {
	withKeys(t, func(co *coro.Co, _, server, raw *streams.Conn, toServer, fromServer *keys) {
		const size = 1 << 20
		writing := spawn(t, co, func(*coro.Co) error {
			requireWrite(t, server, strings.Repeat("x", size))
			return server.CloseWrite()
		})
		require.NoError(t, coro.Sleep(co, time.Second))
		_, err := raw.Write(toServer.seal(handshakeRecord, updateKeys...))
		require.NoError(t, err)
		toServer.next()
		_, err = raw.Write(toServer.seal(dataRecord, 'y'))
		require.NoError(t, err)
		requireRead(t, server, "y")
		require.False(t, writing.Done())

		got, answers := 0, 0
		for {
			kind, data := fromServer.open(raw)
			switch kind {
			case handshakeRecord:
				require.Equal(t, keyUpdated, data)
				fromServer.next()
				answers++
			case dataRecord:
				require.Equal(t, strings.Repeat("x", len(data)), string(data))
				got += len(data)
			case alertRecord:
				require.Equal(t, []byte{1, 0}, data, "close_notify")
				require.Equal(t, size, got)
				require.Equal(t, 1, answers)
				require.NoError(t, coro.Await(co, writing))
				return
			}
		}
	})
}

// One that asks for new keys all the time, and reads no answer, is not read any more until it does.
func TestTLSKeyUpdatesWithoutEnd(t *testing.T) {
	const n = 13_000
	flood := func(co *coro.Co, raw *streams.Conn, toServer *keys) *coro.Task[coro.None] {
		return coro.CreateTask(co, coro.Do(func(*coro.Co) error {
			for range n {
				record := toServer.seal(handshakeRecord, updateKeys...)
				toServer.next()
				if _, err := raw.Write(append(record, toServer.seal(dataRecord, 'y')...)); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	withKeys(t, func(co *coro.Co, conn, server, raw *streams.Conn, toServer, fromServer *keys) {
		asking := flood(co, raw, toServer)
		require.NoError(t, server.SetReadDeadline(time.Now().Add(time.Second)))
		got, err := io.ReadAll(server)
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		kept := streams.NewWriter(conn).BufferSize()
		require.Greater(t, kept, 256<<10)
		require.Less(t, kept, 257<<10)

		require.NoError(t, server.SetReadDeadline(time.Time{}))
		reading := spawn(t, co, func(*coro.Co) error {
			requireRead(t, server, strings.Repeat("y", n-len(got)))
			return nil
		})
		for range n {
			_, data := fromServer.open(raw)
			require.Equal(t, keyUpdated, data)
			fromServer.next()
		}
		require.NoError(t, coro.Await(co, reading))
		require.NoError(t, coro.Await(co, asking))
	})
	withKeys(t, func(co *coro.Co, _, server, raw *streams.Conn, toServer, _ *keys) {
		flood(co, raw, toServer)
		reading := coro.CreateTask(co, coro.Do(func(*coro.Co) error {
			_, err := io.ReadAll(server)
			return err
		}))
		require.NoError(t, coro.Sleep(co, time.Second))
		require.False(t, reading.Done())
		require.NoError(t, raw.Abort(), "it may go away")
		require.Error(t, coro.Await(co, reading)) // any: crypto/tls misses keys that it cannot answer
	})
}
