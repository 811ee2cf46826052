package pool_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/examples/internal/found"
	"github.com/ouro-loop/ouro/examples/pool"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/looptest"
)

// clients have two clients share one connection, and wait for it 5 ms at most. In the end it must
// be there for another one.
func clients(get func(p *pool.Pool, co *coro.Co) (*pool.Conn, error)) looptest.Main {
	return func(t *looptest.T, co *coro.Co) error {
		p := &pool.Pool{
			Places: locks.NewSemaphore(1),
			Open: func(co *coro.Co) (*pool.Conn, error) {
				return new(pool.Conn), t.Delay(co, time.Millisecond, 10*time.Millisecond)
			},
		}
		client := coro.Do(func(co *coro.Co) error {
			conn, err := coro.WaitFor(co, coro.Bind0(func(co *coro.Co) (*pool.Conn, error) { return get(p, co) }), 5*time.Millisecond)
			if future.IsTimeout(err) {
				t.Sometimes("a client is too late", true)
				return nil
			}
			if err != nil {
				return err
			}
			defer p.Put(conn)
			return coro.Sleep(co, time.Millisecond)
		})
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			coro.CreateTask(g, client, coro.Name("one"))
			coro.CreateTask(g, client, coro.Name("two"))
			return nil
		})
		require.Equal(t, 1, p.Places.Value(), "places that are free when nobody has a connection")
		return err
	}
}

func TestBuggy(t *testing.T) {
	found.Bug(t, clients((*pool.Pool).Get), "places that are free when nobody has a connection")
}

func TestMended(t *testing.T) {
	looptest.Explore(t, clients((*pool.Pool).GetSafe))
}
