package determinism

import (
	"go/ast"
	"go/token"
	"go/types"
)

// A reader reads the code of a unit, and that of the literals in it into units of their own.
type reader struct {
	*program
	unit    *unit
	allowed bool // all that is in it, as its doc comment says
}

func (r *reader) body(body *ast.BlockStmt) {
	r.read(body)
	r.findLocked(body)
}

func (r *reader) found(pos token.Pos, what, use string) {
	r.note(cause{pos: pos, what: what, use: use})
}

// note notes a cause, unless it is allowed.
func (r *reader) note(c cause) {
	if !r.allows(c.pos) {
		r.unit.causes = append(r.unit.causes, c)
	}
}

func (r *reader) allows(pos token.Pos) bool { return r.allowed || r.allowances[r.at(pos)] }

func (r *reader) read(n ast.Node) { ast.Inspect(n, r.visit) }

// visit reads a node, and reports whether what is below it is still to be read.
func (r *reader) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.FuncLit:
		r.refer(n.Pos(), r.literal(n))
		return false
	case *ast.Ident:
		r.identifier(n)
	case *ast.AssignStmt:
		return r.assignment(n)
	case *ast.ValueSpec:
		return r.declaration(n)
	case *ast.CallExpr:
		if f := r.callee(n); f != nil && elsewhere[qualified(f)] {
			r.read(n.Fun)
			r.handedOver(n.Args...)
			return false
		}
	case *ast.GoStmt:
		r.found(n.Pos(), "a go statement", useTask)
		r.handedOver(n.Call.Fun)
		r.handedOver(n.Call.Args...)
		return false
	case *ast.SelectStmt:
		r.choice(n)
		return false
	case *ast.SendStmt:
		r.found(n.Arrow, "a send to a channel", "queues.Queue between coroutines, loop.Go for what sends")
	case *ast.UnaryExpr:
		if n.Op == token.ARROW {
			r.found(n.OpPos, "a receive from a channel", "loop.Receive, or queues.Queue between coroutines")
		}
	case *ast.RangeStmt:
		r.loop(n)
	}
	return true
}

// literal is the unit of a function literal.
func (r *reader) literal(lit *ast.FuncLit) *unit {
	u := r.unitOf(lit, r.unit.name)
	u.coroutine = isCoroutine(r.pass.TypesInfo.TypeOf(lit).(*types.Signature))
	within := &reader{program: r.program, unit: u, allowed: r.allowed}
	within.body(lit.Body)
	return u
}

// refer notes that u runs if this unit does: who refers to a function has it called, as a rule.
func (r *reader) refer(pos token.Pos, u *unit) {
	if !r.allows(pos) {
		r.unit.refers = append(r.unit.refers, u)
	}
}

// identifier looks at what an identifier stands for.
func (r *reader) identifier(id *ast.Ident) {
	switch obj := r.pass.TypesInfo.Uses[id].(type) {
	case *types.Func:
		r.function(id.Pos(), obj.Origin())
	case *types.Var:
		if use := insteadOf(obj); use != "" {
			r.found(id.Pos(), shown(obj), use)
		} else if obj.Pkg() == r.pass.Pkg && !obj.IsField() && isFunc(obj.Type()) {
			r.refer(id.Pos(), r.unitOf(obj, obj.Name()))
		}
	}
}

func (r *reader) function(pos token.Pos, fn *types.Func) {
	if use := insteadOf(fn); use != "" {
		r.found(pos, shown(fn), use)
		return
	}
	if fn.Pkg() == r.pass.Pkg {
		r.refer(pos, r.unitOf(fn, nameOf(fn)))
		return
	}
	fact := new(leadsTo)
	if r.pass.ImportObjectFact(fn, fact) {
		r.note(cause{pos, shown(fn), fact.Use, fact})
	}
}

// assignment and declaration give a literal to the variable that it is assigned to: it runs where
// that is referred to, which may be nowhere here.
func (r *reader) assignment(n *ast.AssignStmt) bool {
	if len(n.Lhs) != len(n.Rhs) {
		return true
	}
	for i, left := range n.Lhs {
		if id, ok := left.(*ast.Ident); ok {
			r.assign(id, n.Rhs[i])
			continue
		}
		r.read(left)
		r.read(n.Rhs[i])
	}
	return false
}

func (r *reader) declaration(n *ast.ValueSpec) bool {
	if len(n.Names) != len(n.Values) {
		return true
	}
	for i, id := range n.Names {
		r.assign(id, n.Values[i])
	}
	return false
}

func (r *reader) assign(id *ast.Ident, value ast.Expr) {
	v, ok := r.pass.TypesInfo.ObjectOf(id).(*types.Var)
	lit, isLiteral := ast.Unparen(value).(*ast.FuncLit)
	if !ok || !isLiteral {
		r.read(value)
		return
	}
	of := r.unitOf(v, r.unit.name)
	of.refers = append(of.refers, r.literal(lit))
}

// handedOver reads what is evaluated here, and is then given to a goroutine: functions do not
// run here.
func (r *reader) handedOver(exprs ...ast.Expr) {
	for _, e := range exprs {
		switch e := ast.Unparen(e).(type) {
		case *ast.FuncLit:
			r.literal(e)
		case *ast.Ident:
			if !isFunc(r.pass.TypesInfo.TypeOf(e)) {
				r.read(e)
			}
		case *ast.IndexExpr:
			r.handedOver(e.X)
			r.read(e.Index)
		case *ast.SelectorExpr:
			if isFunc(r.pass.TypesInfo.TypeOf(e)) {
				r.read(e.X)
				continue
			}
			r.read(e)
		default:
			r.read(e)
		}
	}
}

// choice reads a select, whose cases are not found a second time.
func (r *reader) choice(n *ast.SelectStmt) {
	use := "coro.Wait for tasks of loop.Receive, until coro.FirstCompleted"
	if len(n.Body.List) == 0 {
		use = "coro.Sleep with coro.Forever"
	}
	r.found(n.Pos(), "a select", use)
	for _, clause := range n.Body.List {
		clause := clause.(*ast.CommClause)
		r.communication(clause.Comm)
		for _, s := range clause.Body {
			r.read(s)
		}
	}
}

func (r *reader) communication(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.SendStmt:
		r.read(s.Chan)
		r.read(s.Value)
	case *ast.ExprStmt:
		r.read(ast.Unparen(s.X).(*ast.UnaryExpr).X)
	case *ast.AssignStmt:
		for _, left := range s.Lhs {
			r.read(left)
		}
		r.read(ast.Unparen(s.Rhs[0]).(*ast.UnaryExpr).X)
	}
}
