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

// To cancel a gather is to cancel its children. The other groups do not
// notice.
func cancelGroup(random *rand.Rand, opts ...loop.Option) error {
	l := loop.New(opts...)
	defer l.Close()

	member := func(co *coro.Co, tag string) (string, error) {
		fmt.Println(">", tag)
		pause := py.Uniform(random, 1*time.Second, 3*time.Second)
		if err := coro.Sleep(co, pause); err != nil {
			fmt.Println("x", tag, "canceled")
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

	group1, group2, group3 := group(1, 5), group(2, 3), group(3, 9)
	all := coro.GatherSettled(l, group1, group2, group3)
	l.CallLater(1*time.Second, func() { group2.Cancel() })
	results, err := loop.RunUntilComplete(l, all)
	if err != nil {
		return err
	}
	py.PrettyPrint(results)
	return nil
}
