package determinism

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/types/typeutil"
)

// isCo reports whether a type is *coro.Co.
func isCo(t types.Type) bool { return pointsTo(t, "Co") }

// pointsTo reports whether a type is a pointer to the type of package coro that has the name.
func pointsTo(t types.Type, name string) bool {
	if t == nil {
		return false
	}
	p, ok := types.Unalias(t).(*types.Pointer)
	if !ok {
		return false
	}
	named, ok := types.Unalias(p.Elem()).(*types.Named)
	if !ok {
		return false
	}
	obj := named.Obj()
	return obj.Name() == name && obj.Pkg() != nil && obj.Pkg().Path() == ouro+"coro"
}

// isCoroutine reports whether a function runs in a task: it takes a Co, or it is the function of a
// generator, whose Yielder has one.
func isCoroutine(sig *types.Signature) bool {
	for v := range sig.Params().Variables() {
		if isCo(v.Type()) || pointsTo(v.Type(), "Yielder") {
			return true
		}
	}
	return false
}

// awaits reports whether a call may suspend the task: it is given the Co, or it is the Co's
// Suspend, or a generator's Yield. Of the library's functions only those do that have an error to return
// the cancellation with.
func (p *program) awaits(call *ast.CallExpr) bool {
	if p.pass.TypesInfo.Types[call.Fun].IsBuiltin() {
		return false
	}
	callee := p.callee(call)
	if name := qualifiedCallee(callee); name == ouro+"coro.Co.Suspend" || name == ouro+"coro.Yielder.Yield" {
		return true
	}
	given := false
	for _, arg := range call.Args {
		given = given || isCo(p.pass.TypesInfo.TypeOf(arg))
	}
	return given && (callee == nil || !ofTheLibrary(callee.Pkg()) || fails(callee.Signature()))
}

// ofTheLibrary reports whether a package is one that programs are made with, and none of those that
// stand beside it.
func ofTheLibrary(pkg *types.Package) bool {
	if pkg == nil {
		return false
	}
	name, ok := strings.CutPrefix(pkg.Path(), ouro)
	first, _, _ := strings.Cut(name, "/")
	return ok && !slices.Contains([]string{"bench", "cmd", "examples"}, first)
}

// fails reports whether the last result of a function is an error, or an iterator, of which
// package queues and coro have those that await.
func fails(sig *types.Signature) bool {
	if sig.Results().Len() == 0 {
		return false
	}
	last := types.Unalias(sig.Results().At(sig.Results().Len() - 1).Type())
	if types.Identical(last, types.Universe.Lookup("error").Type()) {
		return true
	}
	named, ok := last.(*types.Named)
	return ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == "iter"
}

// callee is the function or method that is called, nil if that is not known before it runs.
func (p *program) callee(call *ast.CallExpr) *types.Func {
	f, _ := typeutil.Callee(p.pass.TypesInfo, call).(*types.Func)
	if f == nil {
		return nil
	}
	return f.Origin()
}

func qualifiedCallee(f *types.Func) string {
	if f == nil {
		return ""
	}
	return qualified(f)
}
