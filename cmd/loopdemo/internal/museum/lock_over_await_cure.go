package museum

import (
	"fmt"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/py"
)

// The cache is of tasks: whoever comes second awaits the same one. There is
// nothing to lock, as nothing is awaited between the look and the entry.
func lockOverAwaitCure(opts ...loop.Option) error {
	cache := map[string]*coro.Task[string]{}
	now, most := 0, 0

	fetch := func(co *coro.Co, key string) (string, error) {
		now++
		most = max(most, now)
		err := coro.Sleep(co, 20*time.Millisecond)
		now--
		return strings.ToUpper(key), err
	}

	get := func(co *coro.Co, key string) (string, error) {
		if cache[key] == nil {
			cache[key] = coro.CreateTask(co, coro.Bind(fetch, key))
		}
		return cache[key].Await(co)
	}

	main := func(co *coro.Co) error {
		keys := []string{"a", "b", "c"}
		values, err := coro.Gather(co, coro.BindEach(get, keys)...).Await(co)
		if err != nil {
			return err
		}
		py.Print(values)
		fmt.Println("requests at the same time:", most)
		return nil
	}

	return loop.Main(main, opts...)
}
