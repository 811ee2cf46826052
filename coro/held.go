package coro

import "github.com/ouro-loop/ouro/future"

// HeldBy is a [future.Role] that knows which tasks could end a wait for it.
type HeldBy interface {
	future.Role
	Holders() []AnyTask
}

// holder is the task behind c, if there is one and it has not ended.
func holder(c *future.Core) []AnyTask {
	if r, ok := c.Role().(*taskRole); ok && !c.Done() {
		return r.Holders()
	}
	return nil
}
