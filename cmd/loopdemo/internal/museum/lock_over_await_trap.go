package museum

import (
	"fmt"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/py"
)

// The lock is held over the request. So there is never more than one.
func lockOverAwaitTrap(opts ...loop.Option) error {
	cache := map[string]string{}
	now, most := 0, 0
	var lock locks.Lock

	fetch := func(co *coro.Co, key string) (string, error) {
		now++
		most = max(most, now)
		err := coro.Sleep(co, 20*time.Millisecond)
		now--
		return strings.ToUpper(key), err
	}

	get := func(co *coro.Co, key string) (string, error) {
		return locks.WithValue(co, &lock, func() (string, error) {
			if value, ok := cache[key]; ok {
				return value, nil
			}
			value, err := fetch(co, key)
			if err == nil {
				cache[key] = value
			}
			return value, err
		})
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
