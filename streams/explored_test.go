package streams_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/looptest"
	"github.com/ouro-loop/ouro/streams"
)

// exchange has one task write by the Conn, another by its Writer, and two read, at times that are
// tried. What was sent, as the writers tell, has come then, each byte once, and what was written
// together stays together.
func exchange(t *looptest.T, co *coro.Co) error {
	a, b := streams.Pipe(co)
	defer a.Close()
	defer b.Close()
	return exchangeBetween(t, co, a, b)
}

func exchangeBetween(t *looptest.T, co *coro.Co, a, b *streams.Conn) error {
	w, r := streams.NewWriter(a), streams.NewReader(b)
	const size = 40_000 // of which two do not fit
	sent := map[byte]int{}
	write := func(write func(p []byte) (int, error), what byte) func(co *coro.Co) error {
		return func(co *coro.Co) error {
			if err := t.Delay(co, 0, 2*time.Millisecond); err != nil {
				return err
			}
			n, err := write(bytes.Repeat([]byte{what}, size))
			sent[what] = n
			return err
		}
	}
	var got []byte
	read := func(co *coro.Co) error {
		p := make([]byte, 30_000)
		n, err := b.Read(p)
		got = append(got, p[:n]...)
		return err
	}
	if err := testkit.All(t, co, 0, write(a.Write, 1), write(w.Write, 2), read, read); err != nil {
		_ = a.Abort()
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	rest, err := r.ReadAll(co)
	if err != nil {
		return err
	}
	got = append(got, rest...)
	require.Equal(t, sent[1], bytes.Count(got, []byte{1}))
	require.Equal(t, sent[2], bytes.Count(got, []byte{2}))
	changes := 0
	for i := 1; i < len(got); i++ {
		if got[i] != got[i-1] {
			changes++
		}
	}
	require.LessOrEqual(t, changes, 1)
	return nil
}

func TestExchangeExplored(t *testing.T) { testkit.Explore(t, 1000, exchange) }

// exchangeTLS is exchange with TLS. The handshakes may take for ever: a minute may always pass.
func exchangeTLS(t *looptest.T, co *coro.Co) error {
	a, b := streams.Pipe(co)
	defer a.Close()
	defer b.Close()
	serving := coro.CreateTask(co, func(co *coro.Co) (*streams.Conn, error) {
		return startTLS(co, b, serverConfig(), streams.ServerSide(), streams.HandshakeTimeout(coro.Forever))
	})
	serving.AddDoneCallback(func() {
		if serving.Err() != nil {
			_ = b.Close() // it may not have begun
		}
	})
	config := clientConfig()
	config.DynamicRecordSizingDisabled = true // or there would be many more of them
	client, err := startTLS(co, a, config, streams.HandshakeTimeout(coro.Forever))
	if err != nil {
		serving.Cancel()
		_, _ = serving.Await(co)
		return err
	}
	server, err := serving.Await(co)
	if err != nil {
		return err
	}
	return exchangeBetween(t, co, client, server)
}

func TestExchangeTLSExplored(t *testing.T) { testkit.Explore(t, 200, exchangeTLS) }

// lines has a task read lines of one that writes them in pieces. A read that is canceled loses
// nothing: who goes on has all that was written.
func lines(t *looptest.T, co *coro.Co) error {
	a, b := streams.Pipe(co)
	defer a.Close()
	defer b.Close()
	r := streams.NewReader(b)
	wrote, got := "", ""
	read := func(co *coro.Co) error {
		for {
			line, err := r.ReadLine(co)
			got += string(line)
			if err != nil || len(line) == 0 {
				return err
			}
		}
	}
	writer := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
		for _, piece := range []string{"on", "e\ntw", "o\nthr", "ee"} {
			if err := t.Delay(co, 0, time.Millisecond); err != nil {
				return err
			}
			n, err := a.Write([]byte(piece))
			wrote += piece[:n]
			if err != nil {
				return err
			}
		}
		return nil
	}))
	writer.AddDoneCallback(func() { _ = a.CloseWrite() })
	err := testkit.All(t, co, 3*time.Millisecond, read, func(co *coro.Co) error { return coro.Await(co, writer) })
	if err != nil {
		return err
	}
	if err := read(co); err != nil { // who was canceled may go on
		return err
	}
	require.Equal(t, wrote, got)
	return nil
}

func TestLinesExplored(t *testing.T) { testkit.Explore(t, 1000, lines) }
