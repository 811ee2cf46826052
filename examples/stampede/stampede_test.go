package stampede_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/examples/internal/found"
	"github.com/ouro-loop/ouro/examples/stampede"
	"github.com/ouro-loop/ouro/looptest"
)

var errDown = errors.New("the source is down")

// readers read one key, a little apart, from a source that may be slow, and that may fail. It must
// not be asked twice at a time.
func readers(get func(c *stampede.Cache, co *coro.Co, key string) (string, error)) looptest.Main {
	return func(t *looptest.T, co *coro.Co) error {
		asked := 0
		cache := &stampede.Cache{Load: func(co *coro.Co, key string) (string, error) {
			asked++
			defer func() { asked-- }()
			if err := t.Delay(co, time.Millisecond, 5*time.Millisecond); err != nil {
				return "", err
			}
			if t.Choose("the source is down", 2) == 1 {
				return "", errDown
			}
			return "value of " + key, nil
		}}
		t.Always(func() { require.LessOrEqual(t, asked, 1, "questions at a time") })
		read := coro.Do(func(co *coro.Co) error {
			v, err := get(cache, co, "key")
			if !errors.Is(err, errDown) {
				require.NoError(t, err)
				require.Equal(t, "value of key", v)
			}
			return nil
		})
		return coro.Group(co, func(g *coro.TaskGroup) error {
			for range 3 {
				coro.CreateTask(g, read)
				if err := coro.Sleep(co, 2*time.Millisecond); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

func TestBuggy(t *testing.T) {
	found.Bug(t, readers((*stampede.Cache).Get), "questions at a time")
}

func TestMended(t *testing.T) {
	looptest.Explore(t, readers((*stampede.Cache).GetOnce))
}
