package program

import "fmt"

// A coroutine with a yield is an async generator function: a call of it gives a generator, which agen does, and what
// takes a coroutine takes no generator.

// MaxYieldDepth is how many compound statements may be around a yield. The oracle makes Python functions of those that
// have one, and Python bounds how deep blocks nest.
const MaxYieldDepth = 4

// Yields reports whether the coroutine is an async generator function.
func (c *Coro) Yields() bool {
	yields := false
	Walk(c.Body, func(st *Stmt) { yields = yields || st.Op == OpYield })
	return yields
}

// checkGenerators is the error of a generator function that is used as a coroutine, or has too deep a yield.
func (p *Program) checkGenerators() error {
	yields := make([]bool, len(p.Coros))
	for i := range p.Coros {
		yields[i] = p.Coros[i].Yields()
		if yields[i] && yieldDepth(p.Coros[i].Body) > MaxYieldDepth {
			return fmt.Errorf("coroutine %q: a yield inside of more than %d statements", p.Coros[i].Name, MaxYieldDepth)
		}
	}
	if yields[p.Main] {
		return fmt.Errorf("main: %q is an async generator function", p.Coros[p.Main].Name)
	}
	var err error
	for i := range p.Coros {
		Walk(p.Coros[i].Body, func(st *Stmt) {
			st.EachCoro(func(ref *int32) {
				if st.Op != OpAgen && yields[*ref] {
					err = fmt.Errorf("%s: %q is an async generator function", st.title(), p.Coros[*ref].Name)
				}
			})
		})
	}
	return err
}

// yieldDepth is how many statements are around the innermost yield of a block, -1 if there is none.
func yieldDepth(block []Stmt) int {
	depth := -1
	for i := range block {
		st := &block[i]
		if st.Op == OpYield {
			depth = max(depth, 0)
		}
		for _, inner := range st.Blocks() {
			if d := yieldDepth(*inner); d >= 0 {
				depth = max(depth, d+1)
			}
		}
	}
	return depth
}

// GeneratorsFit reports whether a program that was made or edited, and not parsed, has its generator functions only
// where they may be.
func (p *Program) GeneratorsFit() bool { return p.checkGenerators() == nil }
