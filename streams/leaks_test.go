package streams_test

import (
	"io"
	"net"
	"regexp"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// What was not closed is reported, with the line that made it.
//
// CPython: test_streams.StreamTests.test_unclosed_resource_warnings
func TestLeakedConnections(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	var c *streams.Conn
	var l *streams.Listener
	err = loop.Main(func(co *coro.Co) (err error) {
		if c, err = streams.Dial(co, "tcp", ln.Addr().String()); err != nil {
			return err
		}
		l, err = streams.Listen(co, "tcp", "127.0.0.1:0")
		return err
	}, loop.ReportLeaks(true))
	leaks := loop.Leaks(err)
	require.Len(t, leaks, 2)
	ports := regexp.MustCompile(`127.0.0.1:\d+`)
	lines := regexp.MustCompile(`_test.go:\d+`)
	plain := func(s string) string { return lines.ReplaceAllString(ports.ReplaceAllString(s, "A"), "_test.go:N") }
	require.Equal(t, "connection tcp A->A not closed (leaks_test.go:N)", plain(leaks[0].Text))
	require.Equal(t, "listener tcp A not closed (leaks_test.go:N)", plain(leaks[1].Text))
	require.Equal(t, loop.LeakedConnection, leaks[0].Kind)
	require.NoError(t, c.Close())
	_ = l.Close()
}

// A connection that everybody has forgotten is closed with the garbage.
//
// CPython: test_streams.StreamTests.test_loop_is_closed_resource_warnings
func TestForgottenConnections(t *testing.T) {
	if runtime.GOARCH == "wasm" {
		t.Skip("package net has connections in memory there, which the collector does not close")
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		_, err := streams.Dial(co, "tcp", ln.Addr().String())
		return err
	}))
	peer, err := ln.Accept()
	require.NoError(t, err)
	defer peer.Close()
	var over atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		for !over.Load() {
			runtime.GC()
		}
	}()
	_, err = peer.Read(make([]byte, 1))
	over.Store(true)
	<-done
	require.Equal(t, io.EOF, err)
}
