package museum

import (
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// What awaits has a Co, all the way up.
func nestedRunCure(opts ...loop.Option) error {
	fetch := func(co *coro.Co) (string, error) {
		return "data", coro.Sleep(co, 0)
	}

	load := func(co *coro.Co) (string, error) {
		return fetch(co)
	}

	main := func(co *coro.Co) error {
		data, err := load(co)
		if err != nil {
			return err
		}
		fmt.Println("loaded", data)
		return nil
	}

	return loop.Main(main, opts...)
}
