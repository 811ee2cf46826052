//go:build unix

package interop

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/gomodule/redigo/redis"
	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// A redis-server does what it is asked in one thread: what waits there lets nobody else wait.
func startRedis(t *testing.T) (socket string) {
	t.Helper()
	server := program(t, "redis-server")
	dir := owner{}.directory(t)
	socket = filepath.Join(dir, "socket")
	start(t, owner{}.command(dir, server, "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no"), socket, syscall.SIGTERM)
	return socket
}

func TestRedigo(t *testing.T) {
	socket := startRedis(t)
	connect := func(t *testing.T, co *coro.Co) redis.Conn {
		t.Helper()
		c, err := redis.DialContext(co.Context(), "unix", socket, redis.DialContextFunc(
			func(_ context.Context, network, addr string) (net.Conn, error) {
				return streams.Dial(co, network, addr)
			}))
		require.NoError(t, err)
		return c
	}

	t.Run("values", func(t *testing.T) {
		run(t, func(co *coro.Co) {
			c := connect(t, co)
			defer c.Close()
			large := strings.Repeat("0123456789", 800_000)
			goesOn(t, co, func() {
				_, err := c.Do("SET", "large", large)
				require.NoError(t, err)
				got, err := redis.String(c.Do("GET", "large"))
				require.NoError(t, err)
				require.True(t, large == got)
			})
		})
	})

	t.Run("pipelined", func(t *testing.T) {
		run(t, func(co *coro.Co) {
			c := connect(t, co)
			defer c.Close()
			const n = 10_000
			for i := range n {
				require.NoError(t, c.Send("ECHO", i))
			}
			require.NoError(t, c.Flush())
			for i := range n {
				got, err := redis.Int(c.Receive())
				require.NoError(t, err)
				require.Equal(t, i, got)
			}
		})
	})

	// Tasks, each with a connection, of which all but the last wait for the next one.
	t.Run("a chain of tasks", func(t *testing.T) {
		run(t, func(co *coro.Co) {
			const n = 20
			err := coro.Group(co, func(g *coro.TaskGroup) error {
				for i := range n {
					coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
						c := connect(t, co)
						defer c.Close()
						if i > 0 {
							got, err := redis.Strings(c.Do("BLPOP", fmt.Sprint("list", i), 0))
							if err != nil {
								return err
							}
							require.Equal(t, "go on", got[1])
						}
						_, err := c.Do("RPUSH", fmt.Sprint("list", i+1), "go on")
						return err
					}))
				}
				return nil
			})
			require.NoError(t, err)
			c := connect(t, co)
			defer c.Close()
			got, err := redis.Int(c.Do("LLEN", fmt.Sprint("list", n)))
			require.NoError(t, err)
			require.Equal(t, 1, got)
		})
	})

	t.Run("published", func(t *testing.T) {
		run(t, func(co *coro.Co) {
			c := connect(t, co)
			defer c.Close()
			subscriber := redis.PubSubConn{Conn: connect(t, co)}
			defer subscriber.Close()
			require.NoError(t, subscriber.Subscribe("news"))
			require.IsType(t, redis.Subscription{}, subscriber.Receive())
			heard := coro.CreateTask(co, func(*coro.Co) (any, error) { return subscriber.Receive(), nil })
			require.NoError(t, coro.Sleep(co, 0))
			_, err := c.Do("PUBLISH", "news", "hello")
			require.NoError(t, err)
			message, err := heard.Await(co)
			require.NoError(t, err)
			require.Equal(t, redis.Message{Channel: "news", Data: []byte("hello")}, message)
		})
	})

	t.Run("canceled", func(t *testing.T) {
		run(t, func(co *coro.Co) {
			for name, do := range map[string]func(c redis.Conn) (any, error){
				"Do": func(c redis.Conn) (any, error) { return c.Do("BLPOP", "never", 0) },
				"DoContext, which waits for a goroutine": func(c redis.Conn) (any, error) {
					return loop.Go(func(ctx context.Context) (any, error) { return redis.DoContext(c, ctx, "BLPOP", "never", 0) })(co)
				},
			} {
				c := connect(t, co)
				require.True(t, timesOut(co, func() error {
					_, err := do(c)
					return err
				}), name)
				_ = c.Close() // which tells what has ended the connection, if it knows already
			}
		})
	})
}

// go-redis dials in a goroutine, and its commands are read and written by who calls. It asks new
// connections for notifications of maintenance under a lock, if that is not disabled: two such in
// coroutines stop the loop.
func TestGoRedis(t *testing.T) {
	socket := startRedis(t)
	connect := func(co *coro.Co, size int) *goredis.Client {
		return goredis.NewClient(&goredis.Options{
			Network: "unix", Addr: socket, PoolSize: size, Dialer: streams.NewDialer(co).DialContext,
			MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		})
	}

	t.Run("values", func(t *testing.T) {
		run(t, func(co *coro.Co) {
			c := connect(co, 1)
			defer c.Close()
			require.NoError(t, c.Ping(co.Context()).Err())
			large := strings.Repeat("0123456789", 800_000)
			goesOn(t, co, func() {
				require.NoError(t, c.Set(co.Context(), "large", large, 0).Err())
				got, err := c.Get(co.Context(), "large").Result()
				require.NoError(t, err)
				require.True(t, large == got)
			})
		})
	})

	t.Run("pipelined", func(t *testing.T) {
		run(t, func(co *coro.Co) {
			c := connect(co, 1)
			defer c.Close()
			const n = 10_000
			answers, err := c.Pipelined(co.Context(), func(p goredis.Pipeliner) error {
				for i := range n {
					p.Echo(co.Context(), i)
				}
				return nil
			})
			require.NoError(t, err)
			require.Len(t, answers, n)
			require.Equal(t, "9999", answers[n-1].(*goredis.StringCmd).Val())
		})
	})

	t.Run("published", func(t *testing.T) {
		run(t, func(co *coro.Co) {
			c := connect(co, 2)
			defer c.Close()
			news := c.Subscribe(co.Context(), "news")
			defer news.Close()
			_, err := news.Receive(co.Context())
			require.NoError(t, err)
			heard := coro.CreateTask(co, func(co *coro.Co) (*goredis.Message, error) { return news.ReceiveMessage(co.Context()) })
			require.NoError(t, coro.Sleep(co, 0))
			require.NoError(t, c.Publish(co.Context(), "news", "hello").Err())
			message, err := heard.Await(co)
			require.NoError(t, err)
			require.Equal(t, "hello", message.Payload)
		})
	})

	// The pool's own queue would stop the loop.
	t.Run("more tasks than connections", func(t *testing.T) {
		run(t, func(co *coro.Co) {
			const size = 2
			c := connect(co, size)
			defer c.Close()
			room := locks.NewSemaphore(size)
			err := coro.Group(co, func(g *coro.TaskGroup) error {
				for range 8 {
					coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
						return room.With(co, func() error {
							require.ErrorIs(t, c.Do(co.Context(), "BLPOP", "never", 0.01).Err(), goredis.Nil)
							return c.Incr(co.Context(), "count").Err()
						})
					}))
				}
				return nil
			})
			require.NoError(t, err)
			n, err := c.Get(co.Context(), "count").Int()
			require.NoError(t, err)
			require.Equal(t, 8, n)
			require.LessOrEqual(t, c.PoolStats().TotalConns, uint32(size))
		})
	})

	t.Run("canceled", func(t *testing.T) {
		run(t, func(co *coro.Co) {
			for name, ctx := range contexts(co) {
				c := connect(co, 1)
				require.NoError(t, c.Ping(ctx).Err())
				require.True(t, timesOut(co, func() error { return c.BLPop(ctx, 0, "never").Err() }), name)
				require.NoError(t, c.Close())
			}
		})
	})

	// What it makes of the error of the first command, it makes without another read.
	t.Run("canceled in the handshake", func(t *testing.T) {
		served(t, readsOnly, func(co *coro.Co, addr string) {
			for name, ctx := range contexts(co) {
				c := goredis.NewClient(&goredis.Options{Addr: addr, ReadTimeout: -1, Dialer: streams.NewDialer(co).DialContext})
				require.True(t, timesOut(co, func() error { return c.Ping(ctx).Err() }), name)
				require.NoError(t, c.Close())
			}
		})
	})
}
