package streams

import (
	"context"
	"net"
	"time"

	"github.com/ouro-loop/ouro/coro"
)

// Dial connects to an address, as net.Dial does: "tcp" and "example.com:80", "unix" and a path. It looks
// names up, and tries all their addresses, the next one after 250 ms, on a goroutine of its own. A
// cancellation leaves nothing behind.
//
// Semantics: asyncio.open_connection, CPython 3.15.
func Dial(co *coro.Co, network, addr string) (*Conn, error) {
	return DialWith(co, &net.Dialer{FallbackDelay: happyEyeballs}, network, addr)
}

// happyEyeballs is how long an address has before the next one is tried as well, from RFC 8305.
const happyEyeballs = 250 * time.Millisecond

// DialWith is Dial by a net.Dialer, which has its own address, resolver, and time limit.
func DialWith(co *coro.Co, d *net.Dialer, network, addr string) (*Conn, error) {
	t, err := networkOf(co).Dial(co, context.Background(), d, network, addr)
	if err != nil {
		return nil, err
	}
	return newConn(co, t), nil
}
