package loop

import "slices"

// A waitGraph is who waits for whom: from each task an edge leads to the task or thing that
// it waits for, and from each thing to what is behind it, or to who holds it. Those who
// share a thing share its edges, so that the graph is not the square of what there is.
//
// A node is a task by its index in the view, or a thing by its index behind all tasks.
type waitGraph struct {
	*view
	above [][]int32        // the nodes that wait for the end of each node, made when it is needed
	known map[ref]heldInfo // of the things that were asked for
}

func newWaitGraph(v *view) *waitGraph { return &waitGraph{view: v, known: map[ref]heldInfo{}} }

// node is that of r, -1 for what is none: a future, an ended task.
func (g *waitGraph) node(r ref) int {
	switch {
	case r.isThing():
		return len(g.tasks) + r.thing()
	case r.isTask():
		if i, ok := g.index(r.task()); ok {
			return i
		}
	}
	return -1
}

func (g *waitGraph) nodes() int { return len(g.tasks) + len(g.things) }

// thing is that of a node, nil for a task.
func (g *waitGraph) thing(node int) *thing {
	if node < len(g.tasks) {
		return nil
	}
	return &g.things[node-len(g.tasks)]
}

// follow is the i-th node that a node leads to, -1 after the last, or for one that is no
// node.
func (g *waitGraph) follow(node, i int) (to int, ok bool) {
	t := g.thing(node)
	switch {
	case t == nil && i == 0:
		return g.node(g.tasks[node].waitsFor), true
	case t != nil && i < len(t.to):
		return g.node(t.to[i]), true
	}
	return -1, false
}

// maxFollowed is how many are looked at to find the holders of one thing, so that a report
// of many that wait for many does not take the square of them.
const maxFollowed = 1000

// holders are those who could end a wait for r, also those behind what is behind it, the
// nearest first: the first most of them, and how many more were found.
func (g *waitGraph) holders(r ref, most int) (found []ref, more int) {
	all := g.allHolders(r)
	if len(all) > most {
		return all[:most], len(all) - most
	}
	return all, 0
}

func (g *waitGraph) allHolders(r ref) (found []ref) {
	switch {
	case r.isTask():
		return []ref{r}
	case !r.isThing():
		return nil
	}
	seen := map[ref]bool{r: true}
	level := []*thing{&g.things[r.thing()]}
	for len(level) > 0 {
		t := level[0]
		level = level[1:]
		if !t.through {
			found = append(found, t.to[:min(len(t.to), maxFollowed)]...)
			continue
		}
		for _, to := range t.to {
			if seen[to] {
				continue
			}
			if len(seen) > maxFollowed {
				return found
			}
			seen[to] = true
			switch {
			case to.isTask():
				found = append(found, to)
			case to.isThing():
				level = append(level, &g.things[to.thing()])
			}
		}
	}
	return found
}

// awaitedBy are the serials of the tasks that wait for the end of the one with index task, the first
// most of them, in order of creation, and how many more were found.
func (g *waitGraph) awaitedBy(task, most int) (serials []uint32, more int) {
	if g.above == nil {
		g.findAbove()
	}
	seen := map[int32]bool{}
	level := slices.Clone(g.above[task])
	for len(level) > 0 && len(seen) < maxFollowed {
		n := level[0]
		level = level[1:]
		if seen[n] {
			continue
		}
		seen[n] = true
		if int(n) < len(g.tasks) {
			serials = append(serials, g.tasks[n].serial)
		} else {
			level = append(level, g.above[n]...)
		}
	}
	slices.Sort(serials)
	if len(serials) > most {
		return serials[:most], len(serials) - most
	}
	return serials, 0
}

// findAbove turns the edges round, but for those that lead to who holds something.
func (g *waitGraph) findAbove() {
	g.above = make([][]int32, g.nodes())
	for n := range g.nodes() {
		if t := g.thing(n); t != nil && !t.awaits {
			continue
		}
		for i := 0; ; i++ {
			to, ok := g.follow(n, i)
			if !ok {
				break
			}
			if to >= 0 {
				g.above[to] = append(g.above[to], int32(n))
			}
		}
	}
}

// A circle are tasks of which each waits for the next one, by their indices: the first of
// them, and how many more there are.
type circle struct {
	tasks []int
	more  int
}

// circles follows the edges from each task, without recursion, and returns the ways that
// come back to where they were, and how many it has found beyond those.
func (g *waitGraph) circles() (found []circle, more int) {
	const onPath, left = 1, 2
	type step struct{ node, next int }
	state := make([]uint8, g.nodes())
	var path []step
	for start := range g.tasks {
		if state[start] != 0 {
			continue
		}
		path = append(path[:0], step{node: start})
		state[start] = onPath
		for len(path) > 0 {
			at := &path[len(path)-1]
			to, ok := g.follow(at.node, at.next)
			at.next++
			switch {
			case !ok:
				state[at.node] = left
				path = path[:len(path)-1]
			case to < 0 || state[to] == left:
			case state[to] == 0:
				state[to] = onPath
				path = append(path, step{node: to})
			case len(found) == maxCircles:
				more++
			default:
				from := slices.IndexFunc(path, func(s step) bool { return s.node == to })
				var c circle
				for _, s := range path[from:] {
					c.add(s.node, len(g.tasks))
				}
				if len(c.tasks) > 0 && !slices.ContainsFunc(found, func(f circle) bool { return slices.Equal(f.tasks, c.tasks) }) {
					found = append(found, c)
				}
			}
		}
	}
	return found, more
}

// add adds a node of the circle, if it is one of the tasks.
func (c *circle) add(node, tasks int) {
	switch {
	case node >= tasks:
	case len(c.tasks) == maxCircle:
		c.more++
	default:
		c.tasks = append(c.tasks, node)
	}
}
