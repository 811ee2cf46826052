package determinism

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
)

// arranges are functions that have something happen later, in the order in which they are called.
var arranges = map[string]bool{
	ouro + "coro.CreateTask":                true,
	ouro + "coro.EnsureFuture":              true,
	ouro + "coro.Gather":                    true,
	ouro + "coro.GatherErrors":              true,
	ouro + "coro.GatherSettled":             true,
	ouro + "coro.Shield":                    true,
	ouro + "coro.Task.Cancel":               true,
	ouro + "future.Core.Cancel":             true,
	ouro + "future.Future.Cancel":           true,
	ouro + "future.Future.SetResult":        true,
	ouro + "future.Future.SetError":         true,
	ouro + "loop.Loop.CallAt":               true,
	ouro + "loop.Loop.CallLater":            true,
	ouro + "loop.Loop.CallSoon":             true,
	ouro + "queues.Queue.PutNowait":         true,
	ouro + "queues.PriorityQueue.PutNowait": true,
	ouro + "queues.LifoQueue.PutNowait":     true,
}

// loop looks at what is ranged over.
func (r *reader) loop(n *ast.RangeStmt) {
	t := r.pass.TypesInfo.TypeOf(n.X)
	if _, ok := t.Underlying().(*types.Chan); ok {
		r.found(n.Pos(), "a range over a channel", "loop.Receive in a loop, or the All of a queues.Queue")
		return
	}
	m := r.mapOf(n.X)
	if m == nil {
		return
	}
	if does := r.arrangement(n.Body); does != nil {
		r.found(n.Pos(), "a range over a map with "+r.describe(does),
			"slices.Sorted(maps.Keys("+types.ExprString(m)+"))")
	}
}

// mapOf is the map whose order a range over x has, nil if it has another.
func (r *reader) mapOf(x ast.Expr) ast.Expr {
	x = ast.Unparen(x)
	if _, ok := r.pass.TypesInfo.TypeOf(x).Underlying().(*types.Map); ok {
		return x
	}
	if call, ok := x.(*ast.CallExpr); ok && len(call.Args) == 1 {
		switch qualifiedCallee(r.callee(call)) {
		case "maps.All", "maps.Keys", "maps.Values":
			return call.Args[0]
		}
	}
	return nil
}

// arrangement is the first call that has something happen in the order of the calls: an await, or
// one that arranges for it. It is nil if there is none.
func (r *reader) arrangement(body *ast.BlockStmt) (first *ast.CallExpr) {
	ast.Inspect(body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && first == nil {
			if f := r.callee(call); f != nil && arranges[qualified(f)] || r.awaits(call) {
				first = call
			}
		}
		return first == nil
	})
	return first
}

// describe tells of a call, and where it is.
func (r *reader) describe(call *ast.CallExpr) string {
	what := "an await"
	if f := r.callee(call); f != nil && arranges[qualified(f)] {
		what = shown(f)
	}
	return what + r.inLine(call.Pos())
}

func (p *program) inLine(pos token.Pos) string {
	return " in line " + strconv.Itoa(p.pass.Fset.Position(pos).Line)
}
