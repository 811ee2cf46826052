package coro

import "github.com/ouro-loop/ouro/future"

// HeldBy is a [future.Role] that knows which tasks could end a wait for it. Of a great
// many it need not name all.
type HeldBy interface {
	future.Role
	Holders() []AnyTask
}

// behind is a role of a future that waits for other futures: a gather's, a shield's.
type behind interface {
	// Behind is the i-th of those futures, nil for one that is not there any more. ok is
	// false after the last.
	Behind(i int) (c *future.Core, ok bool)
}

// maxFollowed is how many futures are looked at to find the tasks behind one, so that a
// report of many that wait for many does not take the square of them.
const maxFollowed = 1000

// holdersBehind are the tasks behind r, also behind the futures behind it, the nearest
// first.
func holdersBehind(r behind) (tasks []AnyTask) {
	seen := map[*future.Core]bool{}
	level := []behind{r}
	for len(level) > 0 {
		r, level = level[0], level[1:]
		for i := 0; ; i++ {
			c, ok := r.Behind(i)
			if !ok {
				break
			}
			if c == nil || c.Done() || seen[c] {
				continue
			}
			if len(seen) == maxFollowed {
				return tasks
			}
			seen[c] = true
			role := c.Role()
			if next, ok := role.(behind); ok {
				level = append(level, next)
			} else if held, ok := role.(HeldBy); ok {
				tasks = append(tasks, held.Holders()...)
			}
		}
	}
	return tasks
}

// holder is the task behind c, if there is one and it has not ended.
func holder(c *future.Core) []AnyTask {
	if r, ok := c.Role().(*taskRole); ok && !c.Done() {
		return r.Holders()
	}
	return nil
}
