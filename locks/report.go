package locks

import (
	"fmt"
	"strings"

	"github.com/ouro-loop/ouro/coro"
)

// common is what all primitives have.
type common struct {
	_       noCopy
	name    string
	waiters coro.Waiters
	bound   coro.Bound
}

// noCopy has go vet complain about copies of what holds it.
type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}

// SetName names the primitive in reports.
func (c *common) SetName(name string) { c.name = name }

// Name is what SetName was given.
func (c *common) Name() string { return c.name }

// Waiters are the tasks that wait, in order. One that was woken or canceled is
// among them until it runs.
func (c *common) Waiters() []coro.AnyTask { return c.waiters.Tasks() }

// titled is what a primitive of a kind is called in reports.
func (c *common) titled(kind string) string {
	if c.name == "" {
		return kind
	}
	return fmt.Sprintf("%s %q", kind, c.name)
}

// format is what String methods give: <Lock "a" [locked, waiters:1]>.
func (c *common) format(kind, state string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<%s [%s", c.titled(kind), state)
	if n := c.waiters.Len(); n > 0 {
		fmt.Fprintf(&b, ", waiters:%d", n)
	}
	b.WriteString("]>")
	return b.String()
}
