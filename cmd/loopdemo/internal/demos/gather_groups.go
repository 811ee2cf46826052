package demos

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/py"
)

// What Gather returns is a future, so gathers can be gathered. They are
// made before the loop runs here; RunUntilComplete sets it going.
func gatherGroups(random *rand.Rand, opts ...loop.Option) error {
	l := loop.New(opts...)
	defer l.Close()

	member := func(co *coro.Co, tag string) (string, error) {
		fmt.Println(">", tag)
		pause := py.Uniform(random, 1*time.Second, 3*time.Second)
		if err := coro.Sleep(co, pause); err != nil {
			return "", err
		}
		fmt.Println("<", tag)
		return tag, nil
	}

	group := func(number, size int) *future.Future[[]string] {
		var members []coro.Awaitable[string]
		for i := range size {
			tag := fmt.Sprintf("group %d.%d", number, i+1)
			members = append(members, coro.Bind(member, tag))
		}
		return coro.Gather(l, members...)
	}

	all := coro.Gather(l, group(1, 5), group(2, 3), group(3, 9))
	results, err := loop.RunUntilComplete(l, all)
	if err != nil {
		return err
	}
	py.PrettyPrint(results)
	return nil
}
