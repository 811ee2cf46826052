package determinism

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/cfg"
)

// A step is what concerns locks: a Lock, an Unlock, or an await.
type step struct {
	pos    token.Pos
	lock   string // what is locked, "" if nothing is
	unlock string
}

// releases are the methods that undo those that lock.
var releases = map[string]string{
	"sync.Mutex.Lock":    "Unlock",
	"sync.RWMutex.Lock":  "Unlock",
	"sync.RWMutex.RLock": "RUnlock",
	"sync.Locker.Lock":   "Unlock",
}

// findLocked finds the mutexes that are locked while the task is suspended: another task that
// locks one stops the loop, for good.
func (r *reader) findLocked(body *ast.BlockStmt) {
	if !r.locks(body) {
		return
	}
	graph := cfg.New(body, func(*ast.CallExpr) bool { return true })
	steps := make([][]step, len(graph.Blocks))
	for i, b := range graph.Blocks {
		for _, n := range b.Nodes {
			steps[i] = append(steps[i], r.steps(n)...)
		}
	}
	for i, b := range graph.Blocks {
		for j, s := range steps[i] {
			if s.lock == "" {
				continue
			}
			seen := make([]bool, len(graph.Blocks))
			if await := awaitBefore(s.lock, b, steps, j+1, seen); await.IsValid() {
				r.found(s.pos, "a mutex that is locked over the await"+r.inLine(await), "locks.Lock")
			}
		}
	}
}

// awaitBefore is where the first await is that is reached before the lock is released, from step
// number from of a block on.
func awaitBefore(lock string, b *cfg.Block, steps [][]step, from int, seen []bool) token.Pos {
	for _, s := range steps[b.Index][from:] {
		switch {
		case s.unlock == lock:
			return token.NoPos
		case s.lock == "" && s.unlock == "":
			return s.pos
		}
	}
	for _, next := range b.Succs {
		if seen[next.Index] {
			continue
		}
		seen[next.Index] = true
		if await := awaitBefore(lock, next, steps, 0, seen); await.IsValid() {
			return await
		}
	}
	return token.NoPos
}

func (r *reader) locks(body *ast.BlockStmt) (found bool) {
	ast.Inspect(body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			found = found || releases[qualifiedCallee(r.callee(call))] != ""
		}
		return !found
	})
	return found
}

// steps are those of a node, in the order in which they are taken. What is deferred is taken at
// the end, after all awaits.
func (r *reader) steps(n ast.Node) (steps []step) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit, *ast.DeferStmt, *ast.GoStmt:
			return false
		case *ast.CallExpr:
			if s, ok := r.step(n); ok {
				steps = append(steps, s)
			}
		}
		return true
	})
	return steps
}

func (r *reader) step(call *ast.CallExpr) (step, bool) {
	callee := qualifiedCallee(r.callee(call))
	if by := releases[callee]; by != "" {
		return step{pos: call.Pos(), lock: mutex(call) + by}, true
	}
	switch callee {
	case "sync.Mutex.Unlock", "sync.RWMutex.Unlock", "sync.Locker.Unlock":
		return step{pos: call.Pos(), unlock: mutex(call) + "Unlock"}, true
	case "sync.RWMutex.RUnlock":
		return step{pos: call.Pos(), unlock: mutex(call) + "RUnlock"}, true
	}
	return step{pos: call.Pos()}, r.awaits(call)
}

// mutex is what a method is called on, as it is written.
func mutex(call *ast.CallExpr) string {
	return types.ExprString(call.Fun.(*ast.SelectorExpr).X) + "."
}
