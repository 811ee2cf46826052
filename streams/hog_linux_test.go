package streams_test

import (
	"io"
	"net"
	"os"
	"os/exec"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// hogAddr is the environment variable that has TestBesideHog's child where to dial.
const hogAddr = "OURO_TEST_HOG"

// TestBesideHog: where there is one processor, and a goroutine computes on it that was begun as soon as the
// loop had waited, the loop hears of its connections all the same. Go's own monitor sees to that, if it
// knows that there is something to monitor.
func TestBesideHog(t *testing.T) {
	needsDescriptors(t)
	if addr := os.Getenv(hogAddr); addr != "" {
		besideHog(t, addr)
		return
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = ln.Close() }()
	cmd := exec.Command(os.Args[0], "-test.run=^TestBesideHog$", "-test.timeout=1m")
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", hogAddr+"="+ln.Addr().String())
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	require.NoError(t, cmd.Start())

	c, err := ln.Accept()
	require.NoError(t, err)
	defer func() { _ = c.Close() }()
	p := make([]byte, 1)
	for range 2 {
		_, err = io.ReadFull(c, p)
		require.NoError(t, err)
		<-time.After(50 * time.Millisecond) // so that it waits, and its monitor with it: earlier there is nothing to see
		_, err = c.Write(p)
		require.NoError(t, err)
	}
	require.NoError(t, cmd.Wait())
}

func besideHog(t *testing.T, addr string) {
	var h hog
	err := loop.Main(func(co *coro.Co) error {
		c, err := streams.Dial(co, "tcp", addr)
		if err != nil {
			return err
		}
		p := make([]byte, 1)
		answer := func() {
			_, err := c.Write(p)
			require.NoError(t, err)
			_, err = c.Read(p)
			require.NoError(t, err)
		}
		answer()
		go h.compute()
		answer()
		require.False(t, h.over.Load(), "it was heard of when the goroutine had ended")
		h.heard.Store(true)
		return c.Close()
	})
	require.NoError(t, err)
}

// A hog computes until something was heard, but not for ever.
type hog struct{ heard, over atomic.Bool }

func (h *hog) compute() {
	for end := time.Now().Add(10 * time.Second); !h.heard.Load() && time.Now().Before(end); {
	}
	h.over.Store(true)
}
