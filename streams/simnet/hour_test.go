package simnet_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
	"github.com/ouro-loop/ouro/streams/simnet"
)

func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// serveHTTP answers requests with what package net/http has for that.
func serveHTTP(co *coro.Co, c *streams.Conn) error {
	c.SetSticky(true)
	r := bufio.NewReader(c)
	for {
		request, err := http.ReadRequest(r)
		if err != nil {
			return ignoreEOF(err)
		}
		size, err := strconv.Atoi(request.URL.Query().Get("size"))
		if err != nil {
			return err
		}
		if err := coro.Sleep(co, time.Duration(size)*time.Microsecond); err != nil {
			return err
		}
		response := &http.Response{
			StatusCode: 200, ProtoMajor: 1, ProtoMinor: 1, Request: request,
			ContentLength: int64(size), Body: io.NopCloser(bytes.NewReader(make([]byte, size))),
		}
		if err := response.Write(c); err != nil {
			return err
		}
	}
}

// get is one request on a connection.
func get(c net.Conn, r *bufio.Reader, size int) error {
	request, err := http.NewRequest("GET", fmt.Sprintf("http://server/?size=%d", size), nil)
	if err != nil {
		return err
	}
	if err := request.Write(c); err != nil {
		return err
	}
	response, err := http.ReadResponse(r, request)
	if err != nil {
		return err
	}
	n, err := io.Copy(io.Discard, response.Body)
	if err == nil && n != int64(size) {
		err = fmt.Errorf("%d bytes of %d", n, size)
	}
	return err
}

// A life is what twenty clients and three servers do, with a network that loses packets, falls apart and
// heals, and a server that crashes now and then.
type life struct {
	requests, failures int
	segments           int
	hash               string
}

func live(t testing.TB, seed uint64, long time.Duration) (h life) {
	l := loop.New(loop.VirtualTime(true), loop.Seed(seed))
	_, err := loop.RunUntilComplete(l, coro.Do(func(co *coro.Co) error {
		n := simnet.New(co, simnet.Loss(0.01), simnet.Latency(time.Millisecond, 40*time.Millisecond),
			simnet.Observe(func(simnet.Event) { h.segments++ }))
		var servers []*simnet.Host
		serve := func(on *simnet.Host) {
			on.Go(co, func(co *coro.Co) error {
				ln, err := streams.Listen(co, "tcp", ":80")
				if err != nil {
					return err
				}
				return streams.Serve(co, ln, serveHTTP).ServeForever(co)
			}, coro.Quiet())
		}
		for i := range 3 {
			on := n.Host(fmt.Sprintf("server-%d", i))
			servers = append(servers, on)
			serve(on)
		}
		for i := range 20 {
			n.Host(fmt.Sprintf("client-%d", i)).Go(co, func(co *coro.Co) error {
				chance := rand.New(rand.NewPCG(seed, uint64(i)))
				for {
					err := coro.Timeout(co, 20*time.Second, func(*coro.TimeoutScope) error {
						c, err := streams.NewDialer(co).Dial("tcp", fmt.Sprintf("server-%d:80", chance.IntN(3)))
						if err != nil {
							return err
						}
						defer c.Close()
						for r := bufio.NewReader(c); ; {
							if err := get(c, r, chance.IntN(40_000)); err != nil {
								return err
							}
							h.requests++
							if err := coro.Sleep(co, time.Duration(chance.IntN(8000))*time.Millisecond); err != nil {
								return err
							}
						}
					})
					switch {
					case future.IsTimeout(err):
					case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNREFUSED),
						errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
						h.failures++
						if err := coro.Sleep(co, time.Second); err != nil {
							return err
						}
					default:
						return err
					}
				}
			}, coro.Quiet())
		}
		for end := loop.Of(co).Time() + long; loop.Of(co).Time() < end; {
			if err := coro.Sleep(co, 2*time.Minute); err != nil {
				return err
			}
			n.Partition(servers[n.Rand().IntN(3)])
			if err := coro.Sleep(co, 10*time.Second); err != nil {
				return err
			}
			n.Heal()
			unlucky := servers[n.Rand().IntN(3)]
			unlucky.Crash()
			if err := coro.Sleep(co, 5*time.Second); err != nil {
				return err
			}
			unlucky.Restart()
			serve(unlucky)
		}
		h.hash = n.Hash()
		return nil
	}))
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return h
}

// The same seed gives the same life, to the byte; another one gives another.
func TestHash(t *testing.T) {
	const long = 8 * time.Minute
	first := live(t, 1, long)
	require.Greater(t, first.requests, 1000)
	require.NotZero(t, first.failures)
	require.Equal(t, first, live(t, 1, long))
	require.NotEqual(t, first.hash, live(t, 2, long).hash)
}

func BenchmarkHour(b *testing.B) {
	for b.Loop() {
		h := live(b, 1, time.Hour)
		b.ReportMetric(float64(h.requests), "requests")
		b.ReportMetric(float64(h.segments), "segments")
	}
}
