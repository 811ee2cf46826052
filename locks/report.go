package locks

import (
	"fmt"
	"strings"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/named"
)

// common is what all primitives have.
type common struct {
	name    named.Name
	waiters coro.Waiters
	bound   coro.Bound
}

// SetName names the primitive in reports.
func (c *common) SetName(name string) { c.name.Set(name) }

// Name is what SetName was given.
func (c *common) Name() string { return c.name.String() }

// Waiters are the tasks that wait, in order. A task that was woken or canceled is
// among them until it runs.
func (c *common) Waiters() []coro.AnyTask { return c.waiters.Tasks() }

// Waiting is how many tasks wait: the number of Waiters, without a slice of them. They are
// counted one by one.
func (c *common) Waiting() int { return c.waiters.Len() }

// format is the text of String methods: <Lock "a" [locked, waiters:1]>.
func (c *common) format(kind, state string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<%s [%s", c.name.Title(kind), state)
	if n := c.Waiting(); n > 0 {
		fmt.Fprintf(&b, ", waiters:%d", n)
	}
	b.WriteString("]>")
	return b.String()
}
