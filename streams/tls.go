package streams

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/ouro-loop/ouro/coro"
)

// TLSOption is an option of a handshake.
type TLSOption func(*tlsOptions)

type tlsOptions struct {
	server  bool
	timeout time.Duration
}

// handshakeTimeout is asyncio's.
const handshakeTimeout = 60 * time.Second

// ServerSide has this be the server of the handshake. It is the client otherwise.
func ServerSide() TLSOption { return func(o *tlsOptions) { o.server = true } }

// HandshakeTimeout is how long a handshake may take, a minute if it is not given.
func HandshakeTimeout(d time.Duration) TLSOption {
	if d <= 0 {
		panic(fmt.Sprintf("streams: HandshakeTimeout of %v; some time it must be", d))
	}
	return func(o *tlsOptions) { o.timeout = d }
}

func tlsOptionsOf(opts []TLSOption) tlsOptions {
	o := tlsOptions{timeout: handshakeTimeout}
	for _, opt := range opts {
		if opt == nil {
			panic("streams: a nil TLSOption; leave it out")
		}
		opt(&o)
	}
	return o
}

// StartTLS does a handshake on a connection, of which r and w are the Reader and the Writer; it is the
// client if nothing else is said. The Conn that it returns is on top of that one, and r and w are
// those of the new one then. What w has kept is sent before, and what r has read already is taken for
// part of the handshake: nobody can slip plain text in.
//
// The new Conn is like others: several tasks may read and write it, a deadline that has passed and a
// cancellation spoil nothing, Close and CloseWrite say close_notify. An end without that is io.EOF
// between two records, and io.ErrUnexpectedEOF within one, as package crypto/tls has it. For other
// goroutines the loop does it, as with a connection in memory; tls.Client of a Conn does without.
//
// Of the one below, Close and Abort are those of both, and all else is refused. It stays as it was if
// another task reads or writes it, or the config lacks something. With any other error, which is that of the
// handshake, such as a *tls.CertificateVerificationError, it is closed.
//
// Semantics: asyncio.StreamWriter.start_tls, CPython 3.15.
func StartTLS(co *coro.Co, r *Reader, w *Writer, config *tls.Config, opts ...TLSOption) (*Conn, error) {
	if r == nil || w == nil {
		panic("streams: StartTLS of a nil Reader or Writer")
	}
	raw, o := w.conn, tlsOptionsOf(opts)
	if err := mayUpgrade(co, r, raw, config, o); err != nil {
		return nil, raw.opError("handshake", err)
	}
	c, err := upgrade(co, raw, r.take(len(r.Buffered())), config, o)
	if err != nil {
		return nil, err
	}
	w.conn, r.conn, r.from, r.err = c, c, c, nil
	return c, nil
}

// mayUpgrade is why a handshake cannot begin.
func mayUpgrade(co *coro.Co, r *Reader, raw *Conn, config *tls.Config, o tlsOptions) error {
	switch {
	case raw.sched != schedulerOf(co):
		return coro.ErrOtherLoop
	case r.conn != raw:
		return errors.New("streams: StartTLS of a Reader and a Writer that are not of one Conn")
	case r.busy:
		return errBusy
	case raw.sides[reading].busy, raw.sides[writing].busy:
		return errors.New("streams: StartTLS while a task reads or writes")
	}
	return cmp.Or(raw.mayKeep(), raw.whySpoilt(co), o.lacking(config))
}

// lacking is what a config has to have and has not.
func (o tlsOptions) lacking(config *tls.Config) error {
	if config == nil {
		config = new(tls.Config)
	}
	switch {
	case o.server && len(config.Certificates) == 0 && config.GetCertificate == nil && config.GetConfigForClient == nil:
		return errors.New("streams: TLS for a server, and its config has neither Certificates, GetCertificate nor GetConfigForClient")
	case o.server:
		return nil
	case config.ServerName == "" && !config.InsecureSkipVerify:
		return errors.New("streams: TLS for a client, and its config has neither ServerName nor InsecureSkipVerify")
	case config.Renegotiation != tls.RenegotiateNever:
		return errors.New("streams: TLS with a config that allows Renegotiation, which could not wait")
	}
	return nil
}

// upgrade does the handshake. With an error the connection is closed.
func upgrade(co *coro.Co, raw *Conn, ahead []byte, config *tls.Config, o tlsOptions) (*Conn, error) {
	e := &tlsEnd{raw: raw, wire: wire{raw: raw, ahead: ahead, co: co}}
	e.Init(raw.loop, e)
	e.tls = tls.Client(&e.wire, config)
	if o.server {
		e.tls = tls.Server(&e.wire, config)
	}
	c := newConnOf(raw.loop, e)
	e.conn, raw.above, raw.spoilt, c.sticky = c, e, errUpgraded, raw.sticky
	done := false
	defer func() {
		if e.wire.co = nil; !done {
			_ = c.Close()
		}
	}()
	if err := e.handshake(co, o.timeout); err != nil {
		return nil, c.opError("handshake", err)
	}
	raw.t.Unblock()
	e.state, done = e.tls.ConnectionState(), true
	return c, nil
}

func (e *tlsEnd) handshake(co *coro.Co, limit time.Duration) error {
	// A context that may end costs crypto/tls a goroutine, and the task hears of its end by itself.
	ctx := context.WithoutCancel(co.Context())
	err := coro.Timeout(co, limit, func(*coro.TimeoutScope) error { return e.tls.HandshakeContext(ctx) })
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// DialTLS is Dial and a handshake. The ServerName of the config is the host of addr, if it is not set.
//
// Semantics: asyncio.open_connection with ssl, CPython 3.15.
func DialTLS(co *coro.Co, network, addr string, config *tls.Config, opts ...TLSOption) (*Conn, error) {
	o := tlsOptionsOf(opts)
	if config = config.Clone(); config == nil {
		config = new(tls.Config)
	}
	if config.ServerName == "" {
		config.ServerName, _, _ = net.SplitHostPort(addr)
	}
	if err := o.lacking(config); err != nil {
		return nil, err
	}
	raw, err := Dial(co, network, addr)
	if err != nil {
		return nil, err
	}
	return upgrade(co, raw, nil, config, o)
}

// TLS has each connection do a handshake, in its own task, before the handler is called with it. One
// that fails closes the connection, and is told to the loop's exception handler in debug mode only:
// it is up to the other side.
//
// Semantics: asyncio.start_server with ssl, CPython 3.15.
func TLS(config *tls.Config, opts ...TLSOption) ServeOption {
	o := tlsOptionsOf(append([]TLSOption{ServerSide()}, opts...))
	if err := o.lacking(config); err != nil {
		panic(err.Error())
	}
	return func(s *Server) {
		s.upgrade = func(co *coro.Co, raw *Conn) (*Conn, error) { return upgrade(co, raw, nil, config, o) }
	}
}
