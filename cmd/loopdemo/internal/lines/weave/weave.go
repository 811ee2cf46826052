// Package weave puts the calls of package lines into copies of Go sources. The lines of a
// copy are those of the original, so that what names a line names the same.
package weave

import (
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
)

// linesPath is the package that the calls are of, and linesName what it is imported as: no
// program has such a name.
const (
	linesPath = "github.com/ouro-loop/ouro/cmd/loopdemo/internal/lines"
	linesName = "__lines"
	coroPath  = "github.com/ouro-loop/ouro/coro"
)

// replaced are the functions, by their packages, that have a counterpart in package lines.
// Of each package something is named that stays used.
var replaced = []struct {
	pkg   string
	names []string
	stays string
}{
	{"fmt", []string{"Print", "Println", "Printf"}, "State"},
	{"time", []string{"Sleep"}, "Duration"},
}

// Lines is the text of a Go file that tells each of its lines before it runs, and what it
// prints. The name of the file is for errors.
func Lines(name, text string) (string, error) { return weave(name, text, true) }

// Prints is the text of a Go file that tells only what it prints.
func Prints(name, text string) (string, error) { return weave(name, text, false) }

func weave(name, text string, lines bool) (string, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.SkipObjectResolution)
	if err != nil {
		return "", err
	}
	w := &weaver{file: fset.File(file.Pos()), syntax: file}
	ast.Inspect(file, func(n ast.Node) bool {
		w.calls(n)
		w.delays(n)
		if lines {
			w.lines(n)
		}
		return true
	})
	if w.errs != nil {
		return "", errors.Join(w.errs...)
	}
	if len(w.edits) == 0 {
		return text, nil
	}
	w.insert(file.Name.End(), "; import "+linesName+" "+strconv.Quote(linesPath))
	for _, r := range replaced {
		if name := importedAs(file, r.pkg); name != "" {
			w.insert(file.FileEnd, "\nvar _ "+name+"."+r.stays+"\n")
		}
	}
	return w.apply(text), nil
}

// importedAs is the name that a file has for a package, "" if it does not import it.
func importedAs(file *ast.File, pkg string) string {
	for _, spec := range file.Imports {
		if spec.Path.Value != strconv.Quote(pkg) {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return path.Base(pkg)
	}
	return ""
}

// weaver collects what is to be changed in a file.
type weaver struct {
	file   *token.File
	syntax *ast.File
	edits  []edit
	errs   []error
}

// edit is text in place of some of the file's, at an offset.
type edit struct {
	at, length int
	text       string
}

func (w *weaver) insert(at token.Pos, text string) {
	w.edits = append(w.edits, edit{w.file.Offset(at), 0, text})
}

func (w *weaver) replace(n ast.Node, text string) {
	w.edits = append(w.edits, edit{w.file.Offset(n.Pos()), int(n.End() - n.Pos()), text})
}

// apply makes the changes. At one place insertions come first, in order.
func (w *weaver) apply(text string) string {
	slices.SortStableFunc(w.edits, func(a, b edit) int { return cmp.Or(a.at-b.at, a.length-b.length) })
	var b strings.Builder
	done := 0
	for _, e := range w.edits {
		b.WriteString(text[done:e.at])
		b.WriteString(e.text)
		done = e.at + e.length
	}
	b.WriteString(text[done:])
	return b.String()
}

// calls has calls that have a counterpart in package lines go there.
func (w *weaver) calls(n ast.Node) {
	s, ok := n.(*ast.SelectorExpr)
	if !ok {
		return
	}
	pkg, ok := s.X.(*ast.Ident)
	if !ok {
		return
	}
	for _, r := range replaced {
		if pkg.Name == importedAs(w.syntax, r.pkg) && slices.Contains(r.names, s.Sel.Name) {
			w.replace(pkg, linesName)
		}
	}
	if pkg.Name == importedAs(w.syntax, "os") && s.Sel.Name == "Stdout" {
		w.errs = append(w.errs, fmt.Errorf("%v: what goes to os.Stdout is not told; print with fmt.Print and its kin",
			w.file.Position(s.Pos())))
	}
}

// delayed are the functions of package coro whose second argument is a delay.
var delayed = []string{"Sleep", "Timeout"}

// delays has the delays of calls go through package lines, which may change them.
func (w *weaver) delays(n ast.Node) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) < 2 {
		return
	}
	if s, ok := call.Fun.(*ast.SelectorExpr); ok && slices.Contains(delayed, s.Sel.Name) {
		if pkg, ok := s.X.(*ast.Ident); ok && pkg.Name == importedAs(w.syntax, coroPath) {
			w.insert(call.Args[1].Pos(), linesName+".Delay(")
			w.insert(call.Args[1].End(), "/*"+linesName+"*/)") // which package lines finds again
		}
	}
}

// lines has each statement of n told, if it has any.
func (w *weaver) lines(n ast.Node) {
	switch n := n.(type) {
	case *ast.FuncDecl:
		w.function(n.Body)
	case *ast.FuncLit:
		w.function(n.Body)
	case *ast.ForStmt:
		w.loop(n, n.Body)
	case *ast.RangeStmt:
		w.loop(n, n.Body)
	case *ast.BlockStmt:
		w.statements(n.List)
	case *ast.CaseClause:
		w.statements(n.Body)
	case *ast.CommClause:
		w.statements(n.Body)
	}
}

// function has the line of the caller come back when the function ends.
func (w *weaver) function(body *ast.BlockStmt) {
	if body != nil {
		w.insert(body.Lbrace+1, " defer "+linesName+".Leave("+linesName+".Enter());")
	}
}

func (w *weaver) statements(list []ast.Stmt) {
	for _, s := range list {
		if runs(s) {
			w.insert(s.Pos(), w.at(s))
		}
	}
}

// runs reports whether something happens when it is a statement's turn: it is no case, and
// no declaration for the compiler.
func runs(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.CaseClause, *ast.CommClause:
		return false
	case *ast.DeclStmt:
		return s.Decl.(*ast.GenDecl).Tok == token.VAR
	}
	return true
}

// loop has the line of the loop's head told again after each round: what it ranges over
// may suspend there.
func (w *weaver) loop(head ast.Stmt, body *ast.BlockStmt) {
	w.insert(body.Rbrace, "; "+w.at(head))
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ForStmt, *ast.RangeStmt, *ast.FuncLit:
			return false // has continues of its own
		case *ast.BranchStmt:
			if n.Tok == token.CONTINUE && n.Label == nil {
				w.replace(n, w.at(head)+"continue")
			}
		}
		return true
	})
}

// at is the call that tells the line of n.
func (w *weaver) at(n ast.Node) string {
	return fmt.Sprintf("%s.At(%d); ", linesName, w.file.Line(n.Pos()))
}
