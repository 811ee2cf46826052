package simnet_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/looptest"
	"github.com/ouro-loop/ouro/streams"
	"github.com/ouro-loop/ouro/streams/simnet"
)

// fixed is a network in which everything takes 10 ms.
var fixed = simnet.Latency(10*time.Millisecond, 10*time.Millisecond)

// connected runs a test with both ends of a connection, from host "a" to "b:80".
func connected(t *testing.T, test func(co *coro.Co, n *simnet.Network, a, b *streams.Conn), opts ...simnet.Option) {
	t.Helper()
	simulated(t, func(co *coro.Co, n *simnet.Network) {
		a, b := connect(t, co, n)
		test(co, n, a, b)
		_, _ = a.Close(), b.Close()
	}, opts...)
}

func connect(t *testing.T, co *coro.Co, n *simnet.Network) (a, b *streams.Conn) {
	t.Helper()
	accepts := coro.NewFuture[*streams.Conn](co)
	n.Host("b").Go(co, func(co *coro.Co) error {
		ln, err := streams.Listen(co, "tcp", ":80")
		require.NoError(t, err)
		b, err := ln.Accept(co)
		require.NoError(t, err)
		require.NoError(t, ln.Close())
		return accepts.SetResult(b)
	})
	require.NoError(t, coro.Sleep(co, 0))
	a = dial(t, co, n.Host("a"), "b:80")
	b, err := accepts.Await(co)
	require.NoError(t, err)
	return a, b
}

func dial(t *testing.T, co *coro.Co, from *simnet.Host, addr string) *streams.Conn {
	t.Helper()
	c, err := dialFrom(co, from, addr)
	require.NoError(t, err)
	return c
}

func dialFrom(co *coro.Co, from *simnet.Host, addr string) (c *streams.Conn, err error) {
	_ = from.Run(co, func(co *coro.Co) error {
		c, err = streams.Dial(co, "tcp", addr)
		return nil
	})
	return c, err
}

// Each way takes as long as it is said to, and the observer is told of all that arrives.
func TestLatency(t *testing.T) {
	var events []string
	simulated(t, func(co *coro.Co, n *simnet.Network) {
		end := server(t, co, n.Host("server"), ":80", echo)
		c := dial(t, co, n.Host("client"), "server:80")
		require.Equal(t, "client:49152", c.LocalAddr().String())
		require.Equal(t, "server:80", c.RemoteAddr().String())
		_, err := c.Write([]byte("hello"))
		require.NoError(t, err)
		_, err = streams.NewReader(c).ReadExactly(co, 5)
		require.NoError(t, err)
		require.Equal(t, 40*time.Millisecond, loop.Of(co).Time())
		require.NoError(t, c.Close())
		require.NoError(t, coro.Sleep(co, time.Second))
		end()
	}, fixed, simnet.Observe(func(e simnet.Event) { events = append(events, e.String()) }))
	require.Equal(t, []string{
		"10ms client:49152 -> server:80 connect",
		"20ms server:80 -> client:49152 accept",
		"30ms client:49152 -> server:80 established",
		"30ms client:49152 -> server:80 data 5",
		"40ms server:80 -> client:49152 data 5",
		"50ms client:49152 -> server:80 end",
		"60ms server:80 -> client:49152 end",
	}, events)
}

// What cannot be dialed, and when that is known.
func TestDialFails(t *testing.T) {
	for _, test := range []struct {
		name, network, addr string
		err                 error
		after               time.Duration
	}{
		{"nobody listens", "tcp", "server:81", syscall.ECONNREFUSED, 20 * time.Millisecond},
		{"nobody listens here", "tcp4", "localhost:81", syscall.ECONNREFUSED, 0},
		{"no network", "unix", "/path", net.UnknownNetworkError("unix"), 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			simulated(t, func(co *coro.Co, n *simnet.Network) {
				n.Host("server")
				require.NoError(t, n.Host("client").Run(co, func(co *coro.Co) error {
					_, err := streams.Dial(co, test.network, test.addr)
					require.ErrorIs(t, err, test.err)
					var op *net.OpError
					require.ErrorAs(t, err, &op)
					require.Equal(t, "dial", op.Op)
					require.Equal(t, test.after, loop.Of(co).Time())
					return nil
				}))
			}, fixed)
		})
	}
	simulated(t, func(co *coro.Co, n *simnet.Network) {
		_, err := dialFrom(co, n.Host("client"), "nowhere:80")
		var dns *net.DNSError
		require.ErrorAs(t, err, &dns)
		require.True(t, dns.IsNotFound)
		_, err = dialFrom(co, n.Host("client"), "client")
		require.ErrorContains(t, err, "missing port")
	})
}

// A dial ends with its time limit, with its context, and with its task; nothing of it is left where it went.
func TestDialEnds(t *testing.T) {
	simulated(t, func(co *coro.Co, n *simnet.Network) {
		end := server(t, co, n.Host("server"), ":80", func(co *coro.Co, c *streams.Conn) error {
			_, err := c.Read(make([]byte, 1))
			require.ErrorIs(t, err, syscall.ECONNRESET)
			return nil
		})
		require.NoError(t, n.Host("client").Run(co, func(co *coro.Co) error {
			_, err := streams.DialWith(co, &net.Dialer{Timeout: 15 * time.Millisecond}, "tcp", "server:80")
			require.ErrorIs(t, err, os.ErrDeadlineExceeded)
			require.Equal(t, 15*time.Millisecond, loop.Of(co).Time())
			_, err = streams.DialWith(co, &net.Dialer{Timeout: time.Hour, Deadline: loop.Of(co).Now().Add(15 * time.Millisecond)}, "tcp", "server:80")
			require.ErrorIs(t, err, os.ErrDeadlineExceeded)
			require.Equal(t, 30*time.Millisecond, loop.Of(co).Time())
			_, err = coro.WaitFor(co, coro.Do(func(co *coro.Co) error {
				_, err := streams.Dial(co, "tcp", "server:80")
				return err
			}), 15*time.Millisecond)
			require.True(t, future.IsTimeout(err))
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			_, err = streams.NewDialer(co).DialContext(ctx, "tcp", "server:80")
			require.ErrorIs(t, err, context.Canceled)
			return nil
		}))
		require.NoError(t, coro.Sleep(co, time.Second))
		end()
	}, fixed)
}

// All arrives, once and in order, whatever is lost on the way.
func TestLoss(t *testing.T) {
	connected(t, func(co *coro.Co, n *simnet.Network, a, b *streams.Conn) {
		sent := bytes.Repeat([]byte("0123456789abcdef-"), 1<<16)
		testkit.Spawn(co, func(co *coro.Co) error {
			_, err := a.Write(sent)
			require.NoError(t, err)
			return a.CloseWrite()
		})
		got, err := streams.NewReader(b).ReadAll(co)
		require.NoError(t, err)
		require.True(t, bytes.Equal(sent, got))
	}, simnet.Loss(0.3), simnet.Latency(0, time.Second))
}

// A reader that is slow holds its writer up.
func TestWindow(t *testing.T) {
	connected(t, func(co *coro.Co, n *simnet.Network, a, b *streams.Conn) {
		var trace testkit.Trace
		start := loop.Of(co).Time()
		writer := testkit.Spawn(co, func(co *coro.Co) error {
			for range 3 {
				_, err := a.Write(make([]byte, 1000))
				require.NoError(t, err)
				trace.Add("%v", loop.Of(co).Time()-start)
			}
			return nil
		})
		require.NoError(t, coro.Sleep(co, time.Second))
		_, err := streams.NewReader(b).ReadExactly(co, 3000)
		require.NoError(t, err)
		require.NoError(t, coro.Await(co, writer))
		require.Equal(t, testkit.Trace{"0s", "1.01s", "1.03s"}, trace)
	}, fixed, simnet.Window(1000))
}

// What there is room for on the way takes its time.
func TestBandwidth(t *testing.T) {
	connected(t, func(co *coro.Co, n *simnet.Network, a, b *streams.Conn) {
		start := loop.Of(co).Time()
		_, err := a.Write(make([]byte, 10_000))
		require.NoError(t, err)
		_, err = streams.NewReader(b).ReadExactly(co, 10_000)
		require.NoError(t, err)
		require.Equal(t, 1010*time.Millisecond, loop.Of(co).Time()-start)
	}, fixed, simnet.Bandwidth(10_000))
}

// How connections end.
func TestEnds(t *testing.T) {
	read := func(c *streams.Conn) error {
		_, err := c.Read(make([]byte, 100))
		return err
	}
	write := func(c *streams.Conn) error {
		_, err := c.Write([]byte("more"))
		return err
	}
	for name, test := range map[string]func(t *testing.T, co *coro.Co, a, b *streams.Conn){
		"half": func(t *testing.T, co *coro.Co, a, b *streams.Conn) {
			require.NoError(t, a.CloseWrite())
			require.ErrorIs(t, read(b), io.EOF)
			require.NoError(t, write(b))
			require.NoError(t, read(a))
			require.ErrorIs(t, write(a), net.ErrClosed)
		},
		"close": func(t *testing.T, co *coro.Co, a, b *streams.Conn) {
			require.NoError(t, a.Close())
			require.ErrorIs(t, read(b), io.EOF)
			require.NoError(t, write(b), "who has closed is not heard of at once")
			require.NoError(t, coro.Sleep(co, time.Second))
			require.ErrorIs(t, write(b), syscall.EPIPE)
			require.ErrorIs(t, read(b), syscall.ECONNRESET)
		},
		"close with something unread": func(t *testing.T, co *coro.Co, a, b *streams.Conn) {
			require.NoError(t, write(b))
			require.NoError(t, coro.Sleep(co, time.Second))
			require.NoError(t, a.Close())
			require.ErrorIs(t, read(b), syscall.ECONNRESET)
		},
		"abort": func(t *testing.T, co *coro.Co, a, b *streams.Conn) {
			require.NoError(t, write(a))
			require.NoError(t, a.Abort())
			require.NoError(t, read(b), "what was under way arrives first")
			require.ErrorIs(t, read(b), syscall.ECONNRESET)
			require.ErrorIs(t, read(a), net.ErrClosed)
		},
	} {
		t.Run(name, func(t *testing.T) {
			connected(t, func(co *coro.Co, n *simnet.Network, a, b *streams.Conn) { test(t, co, a, b) }, fixed)
		})
	}
}

// What is sent across a partition waits, and arrives when it heals; not what others send.
func TestPartition(t *testing.T) {
	connected(t, func(co *coro.Co, n *simnet.Network, a, b *streams.Conn) {
		_, err := a.Write([]byte("under way,"))
		require.NoError(t, err)
		n.Partition(n.Host("a"), n.Host("c"))
		_, err = a.Write([]byte(" and sent"))
		require.NoError(t, err)
		err = coro.Timeout(co, time.Minute, func(*coro.TimeoutScope) error { return b.WaitReadable(co) })
		require.True(t, future.IsTimeout(err), "it has come through")
		_, err = dialFrom(co, n.Host("c"), "a:1")
		require.ErrorIs(t, err, syscall.ECONNREFUSED, "both are on one side")
		n.Heal()
		got, err := streams.NewReader(b).ReadExactly(co, 19)
		require.NoError(t, err)
		require.Equal(t, "under way, and sent", string(got))
	}, fixed)
}

// After some time, as Linux has it, what is not answered is given up.
func TestPartitionForGood(t *testing.T) {
	connected(t, func(co *coro.Co, n *simnet.Network, a, b *streams.Conn) {
		n.Partition(n.Host("b"))
		start := loop.Of(co).Time()
		_, err := dialFrom(co, n.Host("a"), "b:80")
		require.ErrorIs(t, err, syscall.ETIMEDOUT)
		require.Equal(t, 127*time.Second+10*time.Millisecond, loop.Of(co).Time()-start)
		start = loop.Of(co).Time()
		_, err = a.Write([]byte("lost"))
		require.NoError(t, err)
		_, err = a.Read(make([]byte, 1))
		require.ErrorIs(t, err, syscall.ETIMEDOUT)
		require.Equal(t, 924*time.Second+10*time.Millisecond, loop.Of(co).Time()-start)
		n.Heal()
		err = coro.Timeout(co, time.Hour, func(*coro.TimeoutScope) error { return b.WaitReadable(co) })
		require.True(t, future.IsTimeout(err), "the other end hears nothing of it")
	}, fixed)
}

// A host that crashes says nothing. Its own tasks are canceled, and its connections fail; others hear of it when
// they send something to the host that is there again.
func TestCrash(t *testing.T) {
	simulated(t, func(co *coro.Co, n *simnet.Network) {
		a, b := connect(t, co, n)
		host := n.Host("b")
		var canceled []string
		host.Go(co, func(co *coro.Co) error {
			testkit.Spawn(co, func(co *coro.Co) error {
				_, err := b.Read(make([]byte, 1))
				canceled = append(canceled, err.Error())
				return err
			})
			err := coro.Sleep(co, time.Hour)
			canceled = append(canceled, err.Error())
			_, dialing := streams.Dial(co, "tcp", "a:80")
			require.ErrorIs(t, dialing, syscall.ENETDOWN)
			return err
		})
		ln := listen(t, co, host, ":81")
		require.NoError(t, coro.Sleep(co, time.Second))
		host.Crash()
		host.Crash()
		require.NoError(t, coro.Sleep(co, 0))
		require.Len(t, canceled, 2)
		_, err := ln.Accept(co)
		require.ErrorIs(t, err, syscall.ENETDOWN)
		_, err = b.Write([]byte("x"))
		require.ErrorIs(t, err, syscall.ENETDOWN)

		err = coro.Timeout(co, time.Hour, func(*coro.TimeoutScope) error { return a.WaitReadable(co) })
		require.True(t, future.IsTimeout(err))
		_, err = a.Write([]byte("x"))
		require.NoError(t, err)
		require.NoError(t, coro.Sleep(co, time.Minute))
		host.Restart()
		_, err = a.Read(make([]byte, 1))
		require.ErrorIs(t, err, syscall.ECONNRESET)
		_, err = dialFrom(co, n.Host("a"), "b:81")
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
		require.NoError(t, listen(t, co, host, ":81").Close())
		_, _, _ = a.Close(), b.Close(), ln.Close()
	}, fixed)
}

func listen(t *testing.T, co *coro.Co, h *simnet.Host, addr string) (ln *streams.Listener) {
	t.Helper()
	require.NoError(t, h.Run(co, func(co *coro.Co) (err error) {
		ln, err = streams.Listen(co, "tcp", addr)
		return err
	}))
	return ln
}

// Where one can listen.
func TestListen(t *testing.T) {
	simulated(t, func(co *coro.Co, n *simnet.Network) {
		h := n.Host("here")
		n.Host("there")
		first := listen(t, co, h, "here:80")
		require.NoError(t, h.Run(co, func(co *coro.Co) error {
			for addr, expected := range map[string]error{":80": syscall.EADDRINUSE, "there:80": syscall.EADDRNOTAVAIL} {
				_, err := streams.Listen(co, "tcp", addr)
				require.ErrorIs(t, err, expected)
			}
			return nil
		}))
		free := listen(t, co, h, "localhost:0")
		require.Equal(t, "here:49152", free.Addr().String())
		err := coro.Timeout(co, time.Second, func(*coro.TimeoutScope) error {
			_, err := free.Accept(co)
			return err
		})
		require.True(t, future.IsTimeout(err))

		// What nobody has accepted ends with the listener.
		c := dial(t, co, n.Host("there"), "here:80")
		require.NoError(t, coro.Sleep(co, time.Second))
		require.NoError(t, first.Close())
		_, err = c.Read(make([]byte, 1))
		require.ErrorIs(t, err, syscall.ECONNRESET)
		_, _ = c.Close(), free.Close()
		require.NoError(t, listen(t, co, h, ":80").Close())
	}, fixed)
}

// More than the backlog are not refused: they come later.
func TestBacklog(t *testing.T) {
	simulated(t, func(co *coro.Co, n *simnet.Network) {
		ln := listen(t, co, n.Host("server"), ":80")
		var arrived []time.Duration
		dialing := make([]*coro.Task[coro.None], 130)
		for i := range dialing {
			dialing[i] = n.Host("client").Go(co, func(co *coro.Co) error {
				c, err := streams.Dial(co, "tcp", "server:80")
				require.NoError(t, err)
				arrived = append(arrived, loop.Of(co).Time())
				return c.Close()
			})
		}
		require.NoError(t, coro.Sleep(co, time.Second))
		require.Len(t, arrived, 128)
		for range dialing {
			c, err := ln.Accept(co)
			require.NoError(t, err)
			require.NoError(t, c.Close())
		}
		testkit.Wait(t, co, dialing...)
		require.NoError(t, ln.Close())
	}, fixed)
}

// A report says for whom one waits.
func TestDeadlockNamesThePeer(t *testing.T) {
	l := loop.New(loop.VirtualTime(true), loop.OnException(func(*loop.Loop, future.ErrorContext) {}))
	_, err := loop.RunUntilComplete(l, coro.Do(func(co *coro.Co) error {
		a, _ := connect(t, co, simnet.New(co))
		_, err := a.Read(make([]byte, 1))
		return err
	}))
	require.ErrorContains(t, err, "waits for read from b:80")
	require.NoError(t, l.Close())
}

// Coroutines that a closed loop tears down may close what they have.
func TestTornDown(t *testing.T) {
	var reports []string
	l := loop.New(loop.VirtualTime(true), loop.OnException(func(_ *loop.Loop, c future.ErrorContext) { reports = append(reports, c.Message) }))
	_, err := loop.RunUntilComplete(l, coro.Do(func(co *coro.Co) error {
		a, b := connect(t, co, simnet.New(co))
		for _, c := range []*streams.Conn{a, b} {
			testkit.Spawn(co, func(co *coro.Co) error {
				defer c.Close()
				_, _ = streams.NewWriter(c).Write(make([]byte, 1<<20))
				_, err := c.Read(make([]byte, 1))
				return err
			})
		}
		return coro.Sleep(co, 0)
	}))
	require.NoError(t, err)
	require.NoError(t, l.Close())
	for _, report := range reports {
		require.NotContains(t, report, "panic")
	}
}

// Two clients and a server, in every order of what arrives at one time: each has its own echo.
func TestExplored(t *testing.T) {
	looptest.Explore(t, func(lt *looptest.T, co *coro.Co) error {
		n := simnet.New(co, fixed)
		end := server(t, co, n.Host("server"), ":80", echo)
		var clients []func(co *coro.Co) error
		for _, name := range []string{"ada", "bob"} {
			clients = append(clients, func(co *coro.Co) error {
				return n.Host(name).Run(co, func(co *coro.Co) error {
					c, err := streams.Dial(co, "tcp", "server:80")
					if err != nil {
						return err
					}
					defer c.Close()
					for i := range 3 {
						text := strings.Repeat(name, i+1)
						if _, err := c.Write([]byte(text)); err != nil {
							return err
						}
						got, err := streams.NewReader(c).ReadExactly(co, len(text))
						if err != nil {
							return err
						}
						if string(got) != text {
							return errors.New(name + " has read " + string(got))
						}
					}
					return nil
				})
			})
		}
		err := testkit.All(lt, co, time.Second/10, clients...)
		end()
		return err
	}, looptest.Runs(300))
}

func TestOptionsThatMakeNoSense(t *testing.T) {
	for _, f := range []func(){
		func() { simnet.Latency(2, 1) },
		func() { simnet.Latency(-1, 1) },
		func() { simnet.Loss(1) },
		func() { simnet.Loss(-0.1) },
		func() { simnet.Bandwidth(0) },
		func() { simnet.Window(0) },
	} {
		require.Panics(t, f)
	}
	simulated(t, func(co *coro.Co, n *simnet.Network) {
		require.Panics(t, func() { simnet.New(co, nil) })
		require.PanicsWithValue(t, `simnet: a host cannot be called "localhost"`, func() { n.Host("localhost") })
	})
}
