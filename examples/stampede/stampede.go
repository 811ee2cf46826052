// Package stampede is a cache that asks a slow source for what it does not have; and asks it for the
// same thing again and again, as long as the first answer is not there: just when the source is slow,
// it has the most to do.
//
// Who finds that something is missing has to leave word that it is being fetched, before its
// first await.
package stampede

import (
	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
)

// A Cache keeps what Load has loaded.
type Cache struct {
	Load func(co *coro.Co, key string) (string, error)

	values  map[string]string
	loading map[string]*coro.Task[string]
}

// Get is the value of a key.
func (c *Cache) Get(co *coro.Co, key string) (string, error) {
	if v, ok := c.values[key]; ok {
		return v, nil
	}
	return c.load(co, key)
}

// GetOnce is Get, and waits for a load that is on its way. That belongs to nobody: who gives up
// waiting does not cancel it for the others.
func (c *Cache) GetOnce(co *coro.Co, key string) (string, error) {
	if v, ok := c.values[key]; ok {
		return v, nil
	}
	task, ok := c.loading[key]
	if !ok {
		task = coro.CreateTask(co, coro.Bind(c.load, key), coro.Name("load "+key))
		if c.loading == nil {
			c.loading = make(map[string]*coro.Task[string])
		}
		c.loading[key] = task
		task.AddDoneCallback(func() { delete(c.loading, key) })
	}
	return coro.Shield(co, future.Of[string](task)).Await(co)
}

func (c *Cache) load(co *coro.Co, key string) (string, error) {
	v, err := c.Load(co, key)
	if err == nil {
		if c.values == nil {
			c.values = make(map[string]string)
		}
		c.values[key] = v
	}
	return v, err
}
